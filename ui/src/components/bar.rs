//! A bar of a chart, beside a number that says it exactly.

use yew::prelude::*;

/// What fills the hatched parts.
pub fn hatch() -> Html {
    html! {
        <svg width="0" height="0" class="bar__defs" aria-hidden="true" focusable="false">
            <defs>
                <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="6" height="6" class="bar__ground" /><rect width="3" height="6" class="bar__stripe" />
                </pattern>
            </defs>
        </svg>
    }
}

/// As long as `count` is of `most`; the hatched part is `hatched` of it.
pub fn bar(count: u64, hatched: u64, most: u64) -> Html {
    let percent = |n: u64| format!("{:.1}%", n as f64 * 100.0 / most.max(1) as f64);
    html! {
        <svg class="bar" width="100%" height="12" aria-hidden="true" focusable="false">
            <rect class="bar__all" width={percent(count)} height="12" rx="2" />
            if hatched > 0 { <rect fill="url(#hatch)" width={percent(hatched)} height="12" rx="2" /> }
        </svg>
    }
}
