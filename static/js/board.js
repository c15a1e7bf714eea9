// The board: a swipe to the next column on a phone, dragging a card, and S then a number on the card in focus. The last
// two press the button of the card's own menu,
// so that the server decides and nothing here knows a rule. Without this script the menu alone does it.
(() => {
  "use strict";
  const board = document.querySelector(".board");
  if (!board) return;

  const buttonFor = (deal, step) => deal.querySelector(`form[data-move="${CSS.escape(step)}"] button`);
  let dragged = null;

  board.addEventListener("dragstart", (event) => {
    const deal = event.target.closest?.("[data-deal]");
    if (!deal || event.target.closest("a, button")) return;
    dragged = deal;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", deal.dataset.deal);
    deal.classList.add("is-dragging");
  });
  board.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragging");
    board.querySelectorAll(".is-target").forEach((column) => column.classList.remove("is-target"));
    dragged = null;
  });
  board.addEventListener("dragover", (event) => {
    const column = event.target.closest("[data-step]");
    if (!dragged || !column || !buttonFor(dragged, column.dataset.step)) return;
    event.preventDefault();
    board.querySelectorAll(".is-target").forEach((other) => other !== column && other.classList.remove("is-target"));
    column.classList.add("is-target");
  });
  board.addEventListener("drop", (event) => {
    const column = event.target.closest("[data-step]");
    const button = dragged && column && buttonFor(dragged, column.dataset.step);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  // On a phone one column is shown: a swipe to the side takes the next or the one before, as the select above does.
  let start = null;
  board.addEventListener("touchstart", (event) => {
    const touch = event.touches[0];
    start = event.touches.length === 1 ? { x: touch.clientX, y: touch.clientY } : null;
  }, { passive: true });
  board.addEventListener("touchend", (event) => {
    const choice = document.getElementById("board-column");
    const touch = event.changedTouches[0];
    if (!start || !choice?.offsetParent) return;
    const across = touch.clientX - start.x;
    const isSwipe = Math.abs(across) > 60 && Math.abs(touch.clientY - start.y) < 40;
    start = null;
    const wanted = choice.selectedIndex + (across < 0 ? 1 : -1);
    if (!isSwipe || !choice.options[wanted]) return;
    choice.selectedIndex = wanted;
    choice.form.requestSubmit();
  }, { passive: true });

  // S opens the menu of the card in focus; a number then chooses the step beside it.
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea") || document.body.dataset.keys === "off") return;
    const deal = document.activeElement?.closest("[data-deal]");
    if (!deal) return;
    const menu = deal.querySelector(".move-menu");
    if (event.key === "s") {
      menu.open = true;
      menu.querySelector("button")?.focus();
    } else if (menu.open && /^[1-9]$/.test(event.key)) {
      const wanted = [...menu.querySelectorAll("button")].find((one) => one.querySelector("kbd")?.textContent === event.key);
      if (!wanted) return;
      wanted.click();
    } else {
      return;
    }
    event.preventDefault();
  });
})();
