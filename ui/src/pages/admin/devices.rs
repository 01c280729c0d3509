//! Every installation of the app: what it last said, and the two ways to cut it off.

use crate::asked::{use_asked, use_order};
use crate::clock::Clock;
use crate::components::avatar::Avatar;
use crate::components::empty::Empty;
use crate::components::name::Name;
use crate::icon::{Glyph, Icon};
use crate::pages::admin::confirm::Confirm;
use crate::pages::admin::rows::{Deed, RowMenu, Search, use_row_keys};
use crate::pages::admin::{refresh, when};
use crate::text::count;
use crate::{t, toast, words};
use bridge::admin::{Dated, DeviceList, DeviceRevoke, DeviceWipe};
use bridge::session::Me;
use bridge::{Change, Done, Problem};
use domain::people::{Device, DeviceState};
use domain::{DeviceId, policy};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub me: Rc<Me>,
    pub clock: Clock,
}

#[derive(Clone, Copy, PartialEq)]
enum Cut {
    Revoke,
    Wipe,
}

type Open = Option<(Cut, DeviceId)>;

#[component]
pub fn DevicesPage(props: &Props) -> Html {
    use_row_keys();
    let asked = use_asked(DeviceList {}, |change: &Change| change.directory);
    let open = use_state_eq(|| Open::None);
    let search = use_state_eq(String::new);
    let on_search = {
        let search = search.clone();
        Callback::from(move |text: String| search.set(text))
    };
    let on_open = {
        let open = open.clone();
        Callback::from(move |dialog: Open| open.set(dialog))
    };
    let body = match &asked.data {
        None => asked.instead(),
        Some(devices) => table(props, devices, search.trim(), &on_open),
    };
    let dialog = asked.data.as_ref().zip(*open).and_then(|(devices, (cut, id))| {
        let device = devices.iter().map(|dated| &dated.item).find(|device| device.id == id)?.clone();
        Some(html! { <CutDialog {cut} {device} on_close={on_open.reform(|()| None)} again={&asked.again} /> })
    });
    html! {
        <section class="admin" data-testid="devices-page" aria-label={t!("page-devices")}>
            <div class="admin__bar">
                <Search value={(*search).clone()} on_input={on_search} placeholder={t!("devices-search")} />
                <span class="admin__end">
                    <span class="admin__note">{ asked.data.as_ref().filter(|devices| !devices.is_empty()).map(|devices| t!("devices-count", count = devices.len() as u64)) }</span>
                    { refresh(&asked.again) }
                </span>
            </div>
            { asked.stale() }
            { body }
            { dialog.unwrap_or_default() }
        </section>
    }
}

fn table(props: &Props, devices: &[Dated<Device>], search: &str, on_open: &Callback<Open>) -> Html {
    let wanted = search.to_lowercase();
    let is_wanted = |device: &Device| {
        [&device.user_name, &device.name, &device.app_version].into_iter().any(|text| text.to_lowercase().contains(&wanted))
    };
    let shown: Vec<_> = devices.iter().filter(|dated| is_wanted(&dated.item)).collect();
    if shown.is_empty() {
        let text =
            if search.is_empty() { t!("devices-none-text") } else { t!("devices-none-match", search = words::shortened(search, 40)) };
        return html! { <Empty icon={Icon::Laptop} title={t!("devices-none")} {text} testid="devices-none" /> };
    }
    html! {
        <div class="admin__scroll">
            <table class="table table--devices" data-testid="devices-table">
                <thead><tr>
                    <th scope="col">{ t!("devices-person") }</th>
                    <th scope="col">{ t!("devices-device") }</th>
                    <th scope="col">{ t!("devices-version") }</th>
                    <th scope="col">{ t!("users-last-seen") }</th>
                    <th scope="col" class="table__number">{ t!("devices-waiting") }</th>
                    <th scope="col">{ t!("devices-lease") }</th>
                    <th scope="col">{ t!("devices-state") }</th>
                    <th scope="col"><span class="visually-hidden">{ t!("admin-deeds") }</span></th>
                </tr></thead>
                <tbody>{ for shown.into_iter().map(|dated| row(props, dated, on_open)) }</tbody>
            </table>
        </div>
    }
}

fn row(props: &Props, dated: &Dated<Device>, on_open: &Callback<Open>) -> Html {
    let clock = props.clock;
    let device = &dated.item;
    let is_gone = device.state == DeviceState::Wiped;
    html! {
        <tr key={device.id.to_string()} class={classes!(is_gone.then_some("table__row--faint"))} tabindex="-1" data-row="true" data-testid="device-row"
            data-device={device.id.to_string()}>
            <th scope="row" class="table__name"><span class="table__who">{ Avatar::of(device.user_name.clone()) }{ Name::of(device.user_name.clone()) }</span></th>
            <td class="table__wide"><span class="table__who">{ Name::of(device.name.clone()) }if device.this { <span class="table__tag">{ t!("devices-this") }</span> }</span></td>
            <td class="table__word">{ &device.app_version }</td>
            <td class="table__time">{ dated.when.as_ref().map(words::moment).unwrap_or_else(|| words::ago(device.last_seen, clock)) }</td>
            <td class="table__number" data-testid="device-pending">{ waiting(device.pending) }</td>
            <td class="table__time">{ lease(device, clock) }</td>
            <td class="table__word">{ state(device.state) }</td>
            <td class="table__deeds">{ menu(&props.me, device, on_open) }</td>
        </tr>
    }
}

fn waiting(pending: Option<u32>) -> Html {
    match pending {
        Some(number @ 1..) => html! { <strong>{ count(number) }</strong> },
        Some(0) => html! { <span class="faint">{ "0" }</span> },
        None => html! { <span class="faint" title={t!("devices-unknown")}>{ "–" }</span> },
    }
}

fn lease(device: &Device, clock: Clock) -> Html {
    match device.lease_until {
        Some(until) if until < clock.now_ms => {
            html! { <span class="state tone--warn">{ Glyph::of(Icon::Alert).size(14) }{ t!("devices-lease-over", when = words::moment(&when(until, clock))) }</span> }
        }
        Some(until) => html! { <>{ words::moment(&when(until, clock)) }</> },
        None => html! { <span class="faint">{ "–" }</span> },
    }
}

fn state(state: DeviceState) -> Html {
    let (icon, word, class) = match state {
        DeviceState::Active => (Icon::CheckCircle, t!("devices-active"), "state"),
        DeviceState::Revoked => (Icon::Ban, t!("devices-revoked"), "state tone--danger"),
        DeviceState::WipeOrdered => (Icon::Clock, t!("devices-wipe-ordered"), "state tone--warn"),
        DeviceState::Wiped => (Icon::Trash, t!("devices-wiped"), "state"),
    };
    html! { <span {class} data-testid="device-state">{ Glyph::of(icon).size(14) }{ word }</span> }
}

/// Nothing for those whose person this administrator may not touch; one's own may be revoked always.
fn menu(me: &Me, device: &Device, on_open: &Callback<Open>) -> Html {
    let administers = policy::may_administer(me.role, device.user_role);
    if !administers && device.user != me.user {
        return Html::default();
    }
    let id = device.id;
    let deed = |word, icon, testid, cut: Cut, why_not| Deed { word, icon, testid, why_not, act: on_open.reform(move |()| Some((cut, id))) };
    let (no_revoke, no_wipe) = match device.state {
        DeviceState::Active => (None, None),
        DeviceState::Revoked => (Some(t!("devices-revoked")), None),
        DeviceState::WipeOrdered => (Some(t!("devices-wipe-ordered")), Some(t!("devices-wipe-ordered"))),
        DeviceState::Wiped => return Html::default(),
    };
    let mut deeds = vec![deed(t!("devices-revoke"), Icon::Ban, "revoke-device", Cut::Revoke, no_revoke)];
    if administers {
        deeds.push(deed(t!("devices-wipe"), Icon::Trash, "wipe-device", Cut::Wipe, no_wipe));
    }
    html! { <RowMenu label={t!("admin-deeds-of", name = device.name.as_str())} {deeds} /> }
}

#[derive(Properties, PartialEq)]
struct CutProps {
    cut: Cut,
    device: Device,
    on_close: Callback<()>,
    again: Callback<()>,
}

#[component]
fn CutDialog(props: &CutProps) -> Html {
    let CutProps { cut, device, on_close, again } = props;
    let order = use_order();
    let name = whose(device);
    let on_act = {
        let (order, cut, id, name) = (order.clone(), *cut, device.id, name.clone());
        let (on_close, again) = (on_close.clone(), again.clone());
        Callback::from(move |()| {
            let (name, on_close, again) = (name.clone(), on_close.clone(), again.clone());
            let then = move |answer: Result<Done, &Problem>| {
                if answer.is_ok() {
                    toast::done(if cut == Cut::Revoke { t!("revoke-done", device = name) } else { t!("wipe-done", device = name) });
                    on_close.emit(());
                }
                again.emit(());
            };
            match cut {
                Cut::Revoke => order.give(DeviceRevoke { device: id }, then),
                Cut::Wipe => order.give(DeviceWipe { device: id }, then),
            }
        })
    };
    let (title, act, text, testid) = match cut {
        Cut::Revoke => (t!("revoke-title", device = name), t!("revoke-act"), t!("revoke-text"), "revoke-dialog"),
        Cut::Wipe => (t!("wipe-title", device = name), t!("wipe-act"), t!("wipe-text"), "wipe-dialog"),
    };
    html! {
        <Confirm {title} keep={t!("keep-it")} {act} {testid} {order} {on_act} {on_close}>
            <p>{ text }</p>
            if let Some(number @ 1..) = device.pending { <p>{ t!("devices-pending", count = number) }</p> }
            if device.this { <p class="notice">{ Glyph::of(Icon::Triangle).size(14) }{ t!("devices-this-warning") }</p> }
        </Confirm>
    }
}

/// `Asha’s laptop`
fn whose(device: &Device) -> String {
    let first = device.user_name.split_whitespace().next().unwrap_or(&device.user_name);
    t!("devices-whose", name = first, device = device.name.as_str())
}
