//! Badges: glyph and word in a tint (`badge` decides which).

use crate::badge::{self, Look};
use crate::icon::Glyph;
use bridge::lead::When;
use domain::Status;
use domain::ledger::PaymentStatus;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct StatusProps {
    pub status: Status,
    #[prop_or_default]
    pub interest: Option<u8>,
}

#[component]
pub fn StatusBadge(props: &StatusProps) -> Html {
    draw(badge::status(props.status, props.interest), "status-badge")
}

#[derive(Properties, PartialEq)]
pub struct FollowUpProps {
    pub next: Option<When>,
    #[prop_or_default]
    pub with_time: bool,
}

#[component]
pub fn FollowUpBadge(props: &FollowUpProps) -> Html {
    draw(badge::follow_up(props.next.as_ref(), props.with_time), "followup-badge")
}

#[derive(Properties, PartialEq)]
pub struct PaymentProps {
    pub status: PaymentStatus,
}

#[component]
pub fn PaymentBadge(props: &PaymentProps) -> Html {
    draw(badge::payment(props.status), "payment-status")
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
            <Glyph icon={look.glyph} size={14} />{ look.text }
        </span>
    }
}
