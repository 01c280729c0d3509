// Starts the Yew app. A file of its own, because the content security policy allows no inline script.
import start from "./ui.js";

start().catch((error) => {
  const root = document.getElementById("app");
  root.textContent = "This window could not start. Your work is saved. Close it and open Leadline again.";
  console.error(error);
});
