//! A key printed in a button.

use yew::prelude::*;

pub struct Key(AttrValue);

impl Key {
    pub fn of(name: impl Into<AttrValue>) -> Self {
        Self(name.into())
    }
}

crate::leaf!(Key);

impl From<Key> for Html {
    fn from(this: Key) -> Self {
        html! { <kbd class="key" aria-hidden="true">{ this.0 }</kbd> }
    }
}
