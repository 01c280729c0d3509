//! Badges: glyph and word in a tint (`badge` decides which).

use crate::badge::{self, Look};
use crate::icon::Glyph;
use bridge::lead::When;
use domain::Status;
use domain::ledger::PaymentStatus;
use yew::prelude::*;

pub struct StatusBadge {
    status: Status,
    interest: Option<u8>,
}

impl StatusBadge {
    pub fn of(status: Status) -> Self {
        Self { status, interest: None }
    }

    pub fn interest(self, interest: Option<u8>) -> Self {
        Self { interest, ..self }
    }
}

crate::leaf!(StatusBadge);

impl From<StatusBadge> for Html {
    fn from(this: StatusBadge) -> Self {
        draw(badge::status(this.status, this.interest), "status-badge")
    }
}

pub struct FollowUpBadge {
    next: Option<When>,
    with_time: bool,
}

impl FollowUpBadge {
    pub fn of(next: impl Into<Option<When>>) -> Self {
        Self { next: next.into(), with_time: false }
    }

    pub fn with_time(self, with_time: bool) -> Self {
        Self { with_time, ..self }
    }
}

crate::leaf!(FollowUpBadge);

impl From<FollowUpBadge> for Html {
    fn from(this: FollowUpBadge) -> Self {
        draw(badge::follow_up(this.next.as_ref(), this.with_time), "followup-badge")
    }
}

pub struct PaymentBadge(PaymentStatus);

impl PaymentBadge {
    pub fn of(status: PaymentStatus) -> Self {
        Self(status)
    }
}

crate::leaf!(PaymentBadge);

impl From<PaymentBadge> for Html {
    fn from(this: PaymentBadge) -> Self {
        draw(badge::payment(this.0), "payment-status")
    }
}

#[derive(Properties, PartialEq)]
pub struct InstalmentProps {
    pub is_paid: bool,
    pub due: When,
}

#[component]
pub fn InstalmentBadge(props: &InstalmentProps) -> Html {
    draw(badge::instalment(props.is_paid, &props.due), "instalment-state")
}

fn draw(look: Look, testid: &'static str) -> Html {
    html! {
        <span class={classes!("badge", format!("badge--{}", look.tone))} data-testid={testid} data-tone={look.tone}>
            { Glyph::of(look.glyph).size(14) }{ look.text }
        </span>
    }
}
