//! A person's name with its own direction and language.

use crate::words;
use yew::prelude::*;

pub struct Name {
    name: AttrValue,
    class: Option<&'static str>,
}

impl Name {
    pub fn of(name: impl Into<AttrValue>) -> Self {
        Self { name: name.into(), class: None }
    }

    pub fn class(self, class: &'static str) -> Self {
        Self { class: Some(class), ..self }
    }
}

crate::leaf!(Name);

impl From<Name> for Html {
    fn from(this: Name) -> Self {
        html! { <bdi class={classes!(this.class)} dir="auto" lang={words::language(&this.name)}>{ this.name }</bdi> }
    }
}
