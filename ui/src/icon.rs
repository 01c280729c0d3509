//! Icons, drawn once into a hidden sprite and used by reference. The paths are Lucide's (ISC licence,
//! <https://lucide.dev/license>, copyright Lucide Icons and Contributors), but for the status glyphs:
//! ring, pies, solid tick and solid cross are Leadline's own.

use yew::{AttrValue, Html, html};

/// One of the icons in the sprite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Alert,
    Archive,
    ArrowDown,
    ArrowLeft,
    ArrowRight,
    ArrowUp,
    Ban,
    Bell,
    Bookmark,
    Calendar,
    CalendarClock,
    CalendarOff,
    Chart,
    Check,
    CheckCircle,
    ChevronDown,
    ChevronLeft,
    ChevronRight,
    ChevronUp,
    Clock,
    CloudOff,
    CloudUp,
    Columns,
    Conflict,
    Copy,
    Dashboard,
    Disk,
    Download,
    Eye,
    EyeOff,
    Flame,
    HalfPie,
    HandOver,
    History,
    IdCard,
    Laptop,
    Lock,
    LogIn,
    LogOut,
    Minus,
    MissedPhone,
    Monitor,
    Moon,
    More,
    Note,
    Pause,
    Pencil,
    Phone,
    Plus,
    QuarterPie,
    Refresh,
    Retry,
    Ring,
    Rupee,
    Search,
    SearchX,
    Server,
    Shield,
    SolidCross,
    SolidTick,
    Star,
    Sun,
    Tag,
    ThreeQuarterPie,
    Trash,
    Triangle,
    UpDown,
    User,
    UserPlus,
    Users,
    X,
}

/// Name, and what is drawn in a box of 24.
const SHAPES: &[(Icon, &str)] = &[
    (Icon::Alert, r#"<circle cx="12" cy="12" r="10"/><line x1="12" x2="12" y1="8" y2="12"/><line x1="12" x2="12.01" y1="16" y2="16"/>"#),
    (
        Icon::Archive,
        r#"<rect width="20" height="5" x="2" y="3" rx="1"/><path d="M4 8v11a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8"/><path d="M10 12h4"/>"#,
    ),
    (Icon::ArrowDown, r#"<path d="M12 5v14"/><path d="m19 12-7 7-7-7"/>"#),
    (Icon::ArrowLeft, r#"<path d="m12 19-7-7 7-7"/><path d="M19 12H5"/>"#),
    (Icon::ArrowRight, r#"<path d="M5 12h14"/><path d="m12 5 7 7-7 7"/>"#),
    (Icon::ArrowUp, r#"<path d="m5 12 7-7 7 7"/><path d="M12 19V5"/>"#),
    (Icon::Ban, r#"<circle cx="12" cy="12" r="10"/><path d="M4.929 4.929 19.07 19.071"/>"#),
    (
        Icon::Bell,
        r#"<path d="M10.268 21a2 2 0 0 0 3.464 0"/><path d="M3.262 15.326A1 1 0 0 0 4 17h16a1 1 0 0 0 .74-1.673C19.41 13.956 18 12.499 18 8A6 6 0 0 0 6 8c0 4.499-1.411 5.956-2.738 7.326"/>"#,
    ),
    (Icon::Bookmark, r#"<path d="m19 21-7-4-7 4V5a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v16z"/>"#),
    (Icon::Calendar, r#"<path d="M8 2v3"/><path d="M16 2v3"/><rect x="3" y="3" width="18" height="18" rx="2"/><path d="M3 9h18"/>"#),
    (
        Icon::CalendarClock,
        r#"<path d="M16 14v2.2l1.6 1"/><path d="M16 2v3"/><path d="M21 7.338V5a2 2 0 00-2-2H5a2 2 0 00-2 2v14a2 2 0 002 2h2.338"/><path d="M3 9h5.859"/><path d="M8 2v3"/><circle cx="16" cy="16" r="6"/>"#,
    ),
    (
        Icon::CalendarOff,
        r#"<path d="M16 2v3"/><path d="m2 2 20 20"/><path d="M21 9h-5.5"/><path d="M3 9h6"/><path d="M3.586 3.586A2 2 0 003 5v14a2 2 0 002 2h14a2 2 0 001.414-.586"/><path d="M8.656 3H19a2 2 0 012 2v10.344"/>"#,
    ),
    (Icon::Check, r#"<path d="M20 6 9 17l-5-5"/>"#),
    (Icon::CheckCircle, r#"<circle cx="12" cy="12" r="10"/><path d="m16 9-5.5 5.5L8 12"/>"#),
    (Icon::ChevronDown, r#"<path d="m6 9 6 6 6-6"/>"#),
    (Icon::ChevronLeft, r#"<path d="m15 18-6-6 6-6"/>"#),
    (Icon::ChevronRight, r#"<path d="m9 18 6-6-6-6"/>"#),
    (Icon::ChevronUp, r#"<path d="m18 15-6-6-6 6"/>"#),
    (Icon::Clock, r#"<circle cx="12" cy="12" r="10"/><path d="M12 6v6h4"/>"#),
    (
        Icon::CloudOff,
        r#"<path d="M10.94 5.274A7 7 0 0 1 15.71 10h1.79a4.5 4.5 0 0 1 4.222 6.057"/><path d="M18.796 18.81A4.5 4.5 0 0 1 17.5 19H9A7 7 0 0 1 5.79 5.78"/><path d="m2 2 20 20"/>"#,
    ),
    (Icon::CloudUp, r#"<path d="M12 13v8"/><path d="M4 14.899A7 7 0 1 1 15.71 8h1.79a4.5 4.5 0 0 1 2.5 8.242"/><path d="m8 17 4-4 4 4"/>"#),
    (Icon::Chart, r#"<path d="M3 3v16a2 2 0 0 0 2 2h16"/><path d="M18 17V9"/><path d="M13 17V5"/><path d="M8 17v-3"/>"#),
    (Icon::Columns, r#"<rect width="18" height="18" x="3" y="3" rx="2"/><path d="M9 3v18"/><path d="M15 3v18"/>"#),
    (
        Icon::Conflict,
        r#"<circle cx="18" cy="18" r="3"/><circle cx="6" cy="6" r="3"/><path d="M13 6h3a2 2 0 0 1 2 2v7"/><path d="M11 18H8a2 2 0 0 1-2-2V9"/>"#,
    ),
    (
        Icon::Copy,
        r#"<rect width="14" height="14" x="8" y="8" rx="2" ry="2"/><path d="M4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2"/>"#,
    ),
    (
        Icon::Dashboard,
        r#"<rect width="7" height="9" x="3" y="3" rx="1"/><rect width="7" height="5" x="14" y="3" rx="1"/><rect width="7" height="9" x="14" y="12" rx="1"/><rect width="7" height="5" x="3" y="16" rx="1"/>"#,
    ),
    (
        Icon::Disk,
        r#"<path d="M10 16h.01"/><path d="M2.212 11.577a2 2 0 0 0-.212.896V18a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-5.527a2 2 0 0 0-.212-.896L18.55 5.11A2 2 0 0 0 16.76 4H7.24a2 2 0 0 0-1.79 1.11z"/><path d="M21.946 12.013H2.054"/><path d="M6 16h.01"/>"#,
    ),
    (Icon::Download, r#"<path d="M12 15V3"/><path d="M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4"/><path d="m7 10 5 5 5-5"/>"#),
    (
        Icon::Eye,
        r#"<path d="M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0"/><circle cx="12" cy="12" r="3"/>"#,
    ),
    (
        Icon::EyeOff,
        r#"<path d="M10.733 5.076a10.744 10.744 0 0 1 11.205 6.575 1 1 0 0 1 0 .696 10.747 10.747 0 0 1-1.444 2.49"/><path d="M14.084 14.158a3 3 0 0 1-4.242-4.242"/><path d="M17.479 17.499a10.75 10.75 0 0 1-15.417-5.151 1 1 0 0 1 0-.696 10.75 10.75 0 0 1 4.446-5.143"/><path d="m2 2 20 20"/>"#,
    ),
    (Icon::Flame, r#"<path d="M12 3q1 4 4 6.5t3 5.5a1 1 0 0 1-14 0 5 5 0 0 1 1-3 1 1 0 0 0 5 0c0-2-1.5-3-1.5-5q0-2 2.5-4"/>"#),
    (Icon::HalfPie, r#"<circle cx="12" cy="12" r="9"/><path d="M12 6a6 6 0 0 1 0 12z" fill="currentColor" stroke="none"/>"#),
    (Icon::HandOver, r#"<path d="m16 3 4 4-4 4"/><path d="M20 7H4"/><path d="m8 21-4-4 4-4"/><path d="M4 17h16"/>"#),
    (Icon::History, r#"<path d="M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8"/><path d="M3 3v5h5"/><path d="M12 7v5l4 2"/>"#),
    (
        Icon::IdCard,
        r#"<path d="M16 10h2"/><path d="M16 14h2"/><path d="M6.17 15a3 3 0 0 1 5.66 0"/><circle cx="9" cy="11" r="2"/><rect x="2" y="5" width="20" height="14" rx="2"/>"#,
    ),
    (
        Icon::Laptop,
        r#"<path d="M18 5a2 2 0 0 1 2 2v8.526a2 2 0 0 0 .212.897l1.068 2.127a1 1 0 0 1-.9 1.45H3.62a1 1 0 0 1-.9-1.45l1.068-2.127A2 2 0 0 0 4 15.526V7a2 2 0 0 1 2-2z"/><path d="M20.054 15.987H3.946"/>"#,
    ),
    (Icon::Lock, r#"<rect width="18" height="11" x="3" y="11" rx="2" ry="2"/><path d="M7 11V7a5 5 0 0 1 10 0v4"/>"#),
    (Icon::LogIn, r#"<path d="m10 17 5-5-5-5"/><path d="M15 12H3"/><path d="M15 3h4a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2h-4"/>"#),
    (Icon::LogOut, r#"<path d="m16 17 5-5-5-5"/><path d="M21 12H9"/><path d="M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4"/>"#),
    (Icon::Minus, r#"<path d="M5 12h14"/>"#),
    (
        Icon::MissedPhone,
        r#"<path d="m16 2 6 6"/><path d="m22 2-6 6"/><path d="M13.832 16.568a1 1 0 0 0 1.213-.303l.355-.465A2 2 0 0 1 17 15h3a2 2 0 0 1 2 2v3a2 2 0 0 1-2 2A18 18 0 0 1 2 4a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2v3a2 2 0 0 1-.8 1.6l-.468.351a1 1 0 0 0-.292 1.233 14 14 0 0 0 6.392 6.384"/>"#,
    ),
    (
        Icon::Monitor,
        r#"<rect width="20" height="14" x="2" y="3" rx="2"/><line x1="8" x2="16" y1="21" y2="21"/><line x1="12" x2="12" y1="17" y2="21"/>"#,
    ),
    (
        Icon::Moon,
        r#"<path d="M20.985 12.486a9 9 0 1 1-9.473-9.472c.405-.022.617.46.402.803a6 6 0 0 0 8.268 8.268c.344-.215.825-.004.803.401"/>"#,
    ),
    (Icon::More, r#"<circle cx="12" cy="12" r="1"/><circle cx="19" cy="12" r="1"/><circle cx="5" cy="12" r="1"/>"#),
    (
        Icon::Note,
        r#"<path d="M21 9a2.4 2.4 0 0 0-.706-1.706l-3.588-3.588A2.4 2.4 0 0 0 15 3H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2z"/><path d="M15 3v5a1 1 0 0 0 1 1h5"/>"#,
    ),
    (Icon::Pause, r#"<rect x="14" y="4" width="4" height="16" rx="1"/><rect x="6" y="4" width="4" height="16" rx="1"/>"#),
    (
        Icon::Pencil,
        r#"<path d="M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352a.5.5 0 0 0 .623.622l4.353-1.32a2 2 0 0 0 .83-.497z"/><path d="m15 5 4 4"/>"#,
    ),
    (
        Icon::Phone,
        r#"<path d="M13.832 16.568a1 1 0 0 0 1.213-.303l.355-.465A2 2 0 0 1 17 15h3a2 2 0 0 1 2 2v3a2 2 0 0 1-2 2A18 18 0 0 1 2 4a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2v3a2 2 0 0 1-.8 1.6l-.468.351a1 1 0 0 0-.292 1.233 14 14 0 0 0 6.392 6.384"/>"#,
    ),
    (Icon::Plus, r#"<path d="M5 12h14"/><path d="M12 5v14"/>"#),
    (Icon::QuarterPie, r#"<circle cx="12" cy="12" r="9"/><path d="M12 12V6a6 6 0 0 1 6 6z" fill="currentColor" stroke="none"/>"#),
    (
        Icon::Refresh,
        r#"<path d="M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8"/><path d="M21 3v5h-5"/><path d="M21 12a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16"/><path d="M8 16H3v5"/>"#,
    ),
    (Icon::Retry, r#"<path d="M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8"/><path d="M3 3v5h5"/>"#),
    (Icon::Ring, r#"<circle cx="12" cy="12" r="9"/>"#),
    (
        Icon::Rupee,
        r#"<path d="M6 3h12"/><path d="M6 8h12"/><path d="m6 13 8.500 8"/><path d="M6 13h3"/><path d="M9 13c6.667 0 6.667-10 0-10"/>"#,
    ),
    (Icon::Search, r#"<path d="m21 21-4.34-4.34"/><circle cx="11" cy="11" r="8"/>"#),
    (Icon::SearchX, r#"<path d="m13.5 8.5-5 5"/><path d="m8.5 8.5 5 5"/><circle cx="11" cy="11" r="8"/><path d="m21 21-4.3-4.3"/>"#),
    (
        Icon::Server,
        r#"<rect width="20" height="8" x="2" y="2" rx="2" ry="2"/><rect width="20" height="8" x="2" y="14" rx="2" ry="2"/><line x1="6" x2="6.01" y1="6" y2="6"/><line x1="6" x2="6.01" y1="18" y2="18"/>"#,
    ),
    (
        Icon::Shield,
        r#"<path d="M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 0 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 1 1z"/><path d="m9 12 2 2 4-4"/>"#,
    ),
    (
        Icon::SolidCross,
        r#"<path d="M12 2.500a9.500 9.500 0 1 0 0 19 9.500 9.500 0 0 0 0-19zm3.700 11.800a1 1 0 0 1-1.400 1.400L12 13.400l-2.300 2.300a1 1 0 0 1-1.400-1.400l2.300-2.300-2.300-2.300a1 1 0 0 1 1.400-1.400l2.300 2.300 2.300-2.300a1 1 0 0 1 1.400 1.400L13.400 12z" fill="currentColor" stroke="none"/>"#,
    ),
    (
        Icon::SolidTick,
        r#"<path d="M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zm4.9 7.2-5.6 6.2a1 1 0 0 1-1.5 0L7.1 13.100a1 1 0 1 1 1.500-1.400l1.900 2 4.900-5.400a1 1 0 1 1 1.500 1.400z" fill="currentColor" stroke="none"/>"#,
    ),
    (
        Icon::Star,
        r#"<path d="M11.525 2.295a.53.53 0 0 1 .95 0l2.31 4.679a2.123 2.123 0 0 0 1.595 1.16l5.166.756a.53.53 0 0 1 .294.904l-3.736 3.638a2.123 2.123 0 0 0-.611 1.878l.882 5.14a.53.53 0 0 1-.771.56l-4.618-2.428a2.122 2.122 0 0 0-1.973 0L6.396 21.01a.53.53 0 0 1-.77-.56l.881-5.139a2.122 2.122 0 0 0-.611-1.879L2.16 9.795a.53.53 0 0 1 .294-.906l5.165-.755a2.122 2.122 0 0 0 1.597-1.16z"/>"#,
    ),
    (
        Icon::Sun,
        r#"<circle cx="12" cy="12" r="4"/><path d="M12 2v2"/><path d="M12 20v2"/><path d="m4.93 4.93 1.41 1.41"/><path d="m17.66 17.66 1.41 1.41"/><path d="M2 12h2"/><path d="M20 12h2"/><path d="m6.34 17.66-1.41 1.41"/><path d="m19.07 4.93-1.41 1.41"/>"#,
    ),
    (
        Icon::Tag,
        r#"<path d="M12.586 2.586A2 2 0 0 0 11.172 2H4a2 2 0 0 0-2 2v7.172a2 2 0 0 0 .586 1.414l8.704 8.704a2.426 2.426 0 0 0 3.42 0l6.58-6.58a2.426 2.426 0 0 0 0-3.42z"/><circle cx="7.5" cy="7.5" r=".5" fill="currentColor"/>"#,
    ),
    (Icon::ThreeQuarterPie, r#"<circle cx="12" cy="12" r="9"/><path d="M12 12V6a6 6 0 1 1-6 6z" fill="currentColor" stroke="none"/>"#),
    (
        Icon::Trash,
        r#"<path d="M3 6h18"/><path d="M19 6v14c0 1-1 2-2 2H7c-1 0-2-1-2-2V6"/><path d="M8 6V4c0-1 1-2 2-2h4c1 0 2 1 2 2v2"/><line x1="10" x2="10" y1="11" y2="17"/><line x1="14" x2="14" y1="11" y2="17"/>"#,
    ),
    (
        Icon::Triangle,
        r#"<path d="m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3"/><path d="M12 9v4"/><path d="M12 17h.01"/>"#,
    ),
    (Icon::UpDown, r#"<path d="m7 15 5 5 5-5"/><path d="m7 9 5-5 5 5"/>"#),
    (Icon::User, r#"<path d="M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2"/><circle cx="12" cy="7" r="4"/>"#),
    (
        Icon::UserPlus,
        r#"<path d="M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2"/><circle cx="9" cy="7" r="4"/><line x1="19" x2="19" y1="8" y2="14"/><line x1="22" x2="16" y1="11" y2="11"/>"#,
    ),
    (
        Icon::Users,
        r#"<path d="M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2"/><path d="M16 3.128a4 4 0 0 1 0 7.744"/><path d="M22 21v-2a4 4 0 0 0-3-3.87"/><circle cx="9" cy="7" r="4"/>"#,
    ),
    (Icon::X, r#"<path d="M18 6 6 18"/><path d="m6 6 12 12"/>"#),
];

/// An icon beside a word; nothing for a screen reader. A part like this one stands many times on a page, so
/// it is no component.
pub struct Glyph {
    icon: Icon,
    size: u8,
    class: Option<&'static str>,
}

impl Glyph {
    pub fn of(icon: Icon) -> Self {
        Self { icon, size: 16, class: None }
    }

    /// 14, 16, 18 or 24 px.
    pub fn size(self, size: u8) -> Self {
        Self { size, ..self }
    }

    pub fn class(self, class: impl Into<Option<&'static str>>) -> Self {
        Self { class: class.into(), ..self }
    }
}

crate::leaf!(Glyph);

impl From<Glyph> for Html {
    fn from(this: Glyph) -> Self {
        let size = this.size.to_string();
        html! {
            <svg class={yew::classes!("icon", this.class)} width={size.clone()} height={size} aria-hidden="true">
                <use href={format!("#{}", id(this.icon))} />
            </svg>
        }
    }
}

/// All the shapes; drawn once, at the root.
pub fn sprite() -> Html {
    let symbol = |(icon, shape): &(Icon, &str)| format!(r#"<symbol id="{}" viewBox="0 0 24 24">{shape}</symbol>"#, id(*icon));
    let symbols: String = SHAPES.iter().map(symbol).collect();
    Html::from_html_unchecked(AttrValue::from(format!(r#"<svg class="sprite" aria-hidden="true">{symbols}</svg>"#)))
}

fn id(icon: Icon) -> String {
    format!("icon-{icon:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_icon_has_one_shape() {
        for (at, (icon, _)) in SHAPES.iter().enumerate() {
            assert_eq!(SHAPES.iter().position(|(other, _)| other == icon), Some(at), "{icon:?}");
        }
    }
}
