//! The parts that several screens are made of, one component per file.

pub mod attendance;
pub mod avatar;
pub mod badge;
pub mod bar;
pub mod bell;
pub mod day_picker;
pub mod dialog;
pub mod empty;
pub mod input;
pub mod key;
pub mod menu;
pub mod name;
pub mod new_password;
pub mod notice_line;
pub mod palette;
pub mod sheet;
pub mod shell;
pub mod sidebar;
pub mod span_picker;
pub mod sync_panel;
pub mod sync_pill;
pub mod text_box;
pub mod toaster;
pub mod topbar;
pub mod user_menu;
pub mod why;
