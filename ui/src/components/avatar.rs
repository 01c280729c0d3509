//! A person's initials on a hue of their own, the same everywhere.

use crate::words;
use yew::prelude::*;

/// Hues in `avatar.css`; white on each has a contrast of 5 or better.
const HUES: u32 = 8;

pub struct Avatar {
    name: AttrValue,
    size: u8,
}

impl Avatar {
    pub fn of(name: impl Into<AttrValue>) -> Self {
        Self { name: name.into(), size: 20 }
    }

    /// 20, 32, 40 or 64 px.
    pub fn size(self, size: u8) -> Self {
        Self { size, ..self }
    }
}

crate::leaf!(Avatar);

impl From<Avatar> for Html {
    fn from(this: Avatar) -> Self {
        let class = classes!("avatar", format!("avatar--{}", this.size), format!("avatar--hue-{}", hue(&this.name)));
        html! { <span {class} aria-hidden="true">{ words::initials(&this.name) }</span> }
    }
}

fn hue(name: &str) -> u32 {
    name.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte))) % HUES
}
