//! A person's initials on a hue of their own, the same everywhere.

use crate::words;
use yew::prelude::*;

/// Hues in `avatar.css`; white on each has a contrast of 5 or better.
const HUES: u32 = 8;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub name: AttrValue,
    /// 20, 32, 40 or 64 px.
    #[prop_or(20)]
    pub size: u8,
}

#[component]
pub fn Avatar(props: &Props) -> Html {
    let class = classes!("avatar", format!("avatar--{}", props.size), format!("avatar--hue-{}", hue(&props.name)));
    html! { <span {class} aria-hidden="true">{ words::initials(&props.name) }</span> }
}

fn hue(name: &str) -> u32 {
    name.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte))) % HUES
}
