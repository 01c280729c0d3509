//! What stories in the window begin with: signing in, unlocking, looking at a lead. The only place
//! that knows the steps of the gate.

use anyhow::Result;
use fantoccini::key::Key;

use crate::processes::{PASSWORD, Server};
use crate::window::Window;

/// Fills in the sign-in form and waits until what is theirs is here.
///
/// # Errors
/// When the window does not follow.
pub async fn sign_in(window: &Window, server: &Server, email: &str) -> Result<()> {
    fill_in(window, &server.url, email, PASSWORD).await?;
    window.find("app-shell").await?;
    pill(window, "synced").await?;
    to_leads(window).await
}

/// From where a role begins to the list, for those who have one; a page that was left open stays.
///
/// # Errors
/// When the window does not answer.
pub async fn to_leads(window: &Window) -> Result<()> {
    let go = "const begins = /^(#?\\/?|#\\/dashboard.*)$/.test(location.hash);
        if (begins && document.querySelector('[data-testid=sidebar-leads]')) location.hash = '#/leads'";
    window.client.execute(go, vec![]).await.map(drop)?;
    Ok(())
}

/// Fills in the sign-in form and sends it.
///
/// # Errors
/// When there is no such form.
pub async fn fill_in(window: &Window, server: &str, email: &str, password: &str) -> Result<()> {
    retype(window, "login-server", server).await?;
    retype(window, "login-email", email).await?;
    retype(window, "login-password", password).await?;
    window.click("login-submit").await
}

/// Types over what a box holds. Clearing by WebDriver leaves the box, which then shows it again.
///
/// # Errors
/// When the box does not take the focus.
pub async fn retype(window: &Window, test_id: &str, text: &str) -> Result<()> {
    window.click(test_id).await?;
    window.css(&format!("[data-testid={test_id}]:focus")).await?;
    window.press(&format!("{}a{}", Key::Control, Key::Null)).await?;
    window.press(text).await
}

/// Opens the copy that the window starts with, by the keyboard.
///
/// # Errors
/// When it stays closed.
pub async fn unlock(window: &Window) -> Result<()> {
    window.css("[data-testid=unlock-password]:focus").await?;
    window.press(&format!("{PASSWORD}{}", Key::Enter)).await?;
    window.find("app-shell").await?;
    to_leads(window).await
}

/// Waits until the pill says so.
///
/// # Errors
/// When it does not in time.
pub async fn pill(window: &Window, state: &str) -> Result<()> {
    window.css(&format!("[data-testid=sync-pill][data-state={state}]")).await.map(drop)
}

/// Goes to an address within the app.
///
/// # Errors
/// When the window does not answer.
pub async fn go(window: &Window, address: &str) -> Result<()> {
    window.client.execute(&format!("location.hash = '{address}'"), vec![]).await?;
    Ok(())
}

/// Picks from a dropdown, as its list would.
///
/// # Errors
/// When there is none.
pub async fn choose(window: &Window, test_id: &str, value: &str) -> Result<()> {
    window.find(test_id).await?;
    let pick = "const select = document.querySelector(`[data-testid=${arguments[0]}]`); select.value = arguments[1];
        select.dispatchEvent(new Event('change', { bubbles: true }))";
    window.client.execute(pick, vec![test_id.into(), value.into()]).await?;
    Ok(())
}

/// Opens a lead's drawer by its address, as a link would.
///
/// # Errors
/// When it is not shown in time.
pub async fn open_lead(window: &Window, lead: &str) -> Result<()> {
    go(window, &format!("#/leads/{lead}")).await?;
    window.css(&format!("[data-testid=lead-drawer][data-lead='{lead}'] [data-testid=assigned-badge]")).await.map(drop)
}

/// Types over a field of the open lead.
///
/// # Errors
/// When it does not close.
pub async fn edit_field(window: &Window, field: &str, value: &str) -> Result<()> {
    let at_rest = format!("button[data-testid=editable-field][data-field={field}]");
    window.click_css(&at_rest).await?;
    // Clearing by WebDriver takes the focus away, which closes the field.
    window.css(&format!("[data-testid=field-input][data-field={field}]:focus")).await?;
    window.press(&format!("{}a{}", Key::Control, Key::Null)).await?;
    window.press(&format!("{value}{}", Key::Enter)).await?;
    window.css(&at_rest).await.map(drop)
}

/// Picks an entry of the menu behind the person's name.
///
/// # Errors
/// When there is none.
pub async fn of_user_menu(window: &Window, entry: &str) -> Result<()> {
    window.click("user-menu").await?;
    window.click(entry).await
}

/// What a box with this test id holds.
///
/// # Errors
/// When there is none.
pub async fn value_of(window: &Window, test_id: &str) -> Result<String> {
    Ok(window.find(test_id).await?.prop("value").await?.unwrap_or_default())
}
