//! The frozen cursor: a forged client that speaks HTTP with a real sign-in and real leases, and never
//! pulls, so that it never knows that its lead went to somebody else.

use crate::support::{PASSWORD, World, email, name, note};
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use domain::people::QuarantineReason;
use domain::{CommandId, DeviceId, DocId, Env, Envelope, LeadId, RefusalCode, UserId};
use protocol::admin::SetOwner;
use protocol::auth::{Refresh, Secret, Session, SignIn};
use protocol::push::{Outcome, PushItem, PushRequest, PushResponse};
use protocol::{ChangeHash, paths};
use records::Doc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use sync_server::Core;
use sync_server::http::{App, Edge, router};
use tokio::sync::watch;
use tower::ServiceExt as _;

const HOUR: i64 = 3_600_000;

/// A client of no installed kind: tokens, a document, an actor id.
struct Forged<'a> {
    app: &'a Arc<App>,
    session: Session,
    doc: Doc,
    actor: records::ActorBytes,
    nonce: u32,
}

async fn post<T: Serialize, R: DeserializeOwned>(app: &Arc<App>, path: &str, bearer: Option<&Secret>, body: &T) -> R {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = bearer {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.0));
    }
    let body = Body::from(serde_json::to_vec(body).expect("JSON"));
    let answer = router(Arc::clone(app)).oneshot(request.body(body).expect("a request")).await.expect("an answer");
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    assert!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&bytes));
    serde_json::from_slice(&bytes).expect("what the route answers")
}

impl<'a> Forged<'a> {
    async fn sign_in(app: &'a Arc<App>) -> Self {
        let env = app.core.env();
        let request = SignIn {
            email: email("asha"),
            password: Secret(PASSWORD.into()),
            device: DeviceId(env.new_id()),
            device_name: "forged".into(),
            app_version: "0".into(),
            second_factor: None,
        };
        let session = post(app, paths::SIGN_IN, None, &request).await;
        Self { app, session, doc: Doc::empty(), actor: env.random(), nonce: 0 }
    }

    async fn refresh(&mut self) {
        self.nonce += 1;
        let request = Refresh { refresh: self.session.refresh.clone(), nonce: Secret(format!("nonce {}", self.nonce)) };
        self.session = post(self.app, paths::REFRESH, None, &request).await;
    }

    fn edit(&mut self, lead: LeadId, command: domain::Command) -> PushItem {
        let env: &Env = self.app.core.env();
        let envelope = Envelope { id: CommandId(env.new_id()), author: self.session.me.user, at: env.now_ms(), command };
        let made = records::execute(&mut self.doc, self.actor, &envelope).expect("a change");
        PushItem { doc: DocId::lead(lead), envelope, change: made.bytes, hash: ChangeHash(made.hash.0) }
    }

    async fn push(&self, items: &[PushItem]) -> Vec<Outcome> {
        let request = PushRequest { items: items.to_vec() };
        let response: PushResponse = post(self.app, paths::PUSH, Some(&self.session.access), &request).await;
        response.results.into_iter().map(|result| result.outcome).collect()
    }
}

/// Gives Asha's lead to Arjun, at the server.
fn give(core: &Core, lead: LeadId, from: UserId, to: UserId) {
    let boss = core.session_for(core.user_by_email(&email("ananya")).expect("the boss"), DeviceId(core.env().new_id())).expect("a session");
    core.set_owner(&boss, lead, SetOwner { expected_owner: Some(from), owner: Some(to) }).expect("given");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_cursor_edits_to_the_end_of_the_lease_it_held() {
    let World { core, clock } = World::memory();
    let (_open, closing) = watch::channel(false);
    let app = App::new(core, closing, Edge::default());
    let arjun = app.core.user_by_email(&email("arjun")).expect("arjun");
    let mut asha = Forged::sign_in(&app).await;
    let new = domain::command::NewLead { name: "Priya Sharma".into(), phone: "+919812345678".into(), ..Default::default() };
    let (env, me) = (app.core.env(), asha.session.me.user);
    let envelope = Envelope { id: CommandId(env.new_id()), author: me, at: env.now_ms(), command: domain::Command::CreateLead(new) };
    let lead = LeadId::from(envelope.id);
    let made = records::execute(&mut asha.doc, asha.actor, &envelope).expect("a lead");
    let item = PushItem { doc: DocId::lead(lead), envelope, change: made.bytes, hash: ChangeHash(made.hash.0) };
    assert!(matches!(asha.push(&[item]).await[..], [Outcome::Applied { .. }]));
    give(&app.core, lead, me, arjun);

    // It renews its tokens, and its lease with them, every 20 hours; what counts is the lease of back then.
    for hours in [20, 40, 60, 80, 100] {
        clock.later(20 * HOUR);
        asha.refresh().await;
        let items = [asha.edit(lead, note("still here")), asha.edit(lead, name("Mine"))];
        let outcomes = asha.push(&items).await;
        if hours < 72 {
            assert!(
                matches!(outcomes[..], [Outcome::Applied { .. } | Outcome::Reapplied { .. }, Outcome::Proposed { .. }]),
                "{hours} h: {outcomes:?}"
            );
        } else {
            let quarantined = Outcome::Quarantined { reason: QuarantineReason::LeaseEnded };
            assert_eq!(outcomes, [quarantined.clone(), quarantined], "{hours} h");
        }
    }

    // A device that comes after the hand-over never held the lead, wherever it has the document from.
    let mut late = Forged::sign_in(&app).await;
    let blob = app.core.store().read(|tx| sync_server::store::documents::blob(tx, app.core.org().id, DocId::lead(lead)));
    late.doc = Doc::load(&blob.expect("readable").expect("there")).expect("loads");
    let items = [late.edit(lead, note("and here")), late.edit(lead, name("Mine"))];
    for outcome in late.push(&items).await {
        assert!(matches!(&outcome, Outcome::Refused { refusal } if refusal.code == RefusalCode::HandedOver), "{outcome:?}");
    }
}

/// Of two people who give a lead away at once exactly one does; the other is told.
#[test]
fn two_who_assign_at_once_do_not_both() {
    let world = World::memory();
    let mut asha = world.device("asha");
    let lead = asha.created("+919812345678");
    let (boss, ravi) = (world.device("ananya"), world.device("ravi"));
    let from = Some(asha.user());
    let sets = [(boss.who, Some(world.user("arjun"))), (ravi.who, Some(ravi.user()))];
    let results: Vec<_> = std::thread::scope(|threads| {
        let core = &world.core;
        let asked: Vec<_> = sets
            .iter()
            .map(|(who, owner)| threads.spawn(move || core.set_owner(who, lead, SetOwner { expected_owner: from, owner: *owner })))
            .collect();
        asked.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let won: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    let lost: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).map(|e| e.problem().code).collect();
    assert_eq!(won.len(), 1, "{results:?}");
    // Ravi may have lost it from his sight with that very assignment.
    assert!(lost == ["owner_changed"] || lost == ["not_found"], "{lost:?}");
    let owner = world.core.snapshot(&boss.who, lead).expect("the lead").summary.expect("a lead").owner;
    assert_eq!(owner, won[0].owner);
}
