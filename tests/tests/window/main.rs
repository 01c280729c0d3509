//! The real window, driven by WebDriver: a module a part of the product. One program, so that it is linked once.

mod account;
mod admin;
mod assign;
mod assignment;
mod attendance;
mod axe;
mod bulk;
mod calling;
mod dashboard;
mod desktop;
mod gate;
mod handover;
mod lists;
mod notices;
mod opens;
mod payments;
mod policy;
mod reports;
mod shift;
mod stolen;
mod story;
