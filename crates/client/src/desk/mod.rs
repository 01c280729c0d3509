//! Desk
