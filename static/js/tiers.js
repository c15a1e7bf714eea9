// Sliders beside the weights of a tier policy, and their sum. Without this the numbers alone do.
(() => {
  const doc = document;
  const sliders = [...doc.querySelectorAll("[data-slides]")];
  const numberOf = (slider) => doc.getElementById(slider.dataset.slides);
  const sumUp = () => {
    const sum = sliders.reduce((all, slider) => all + (Number(numberOf(slider).value) || 0), 0);
    doc.querySelectorAll("[data-sum]").forEach((line) => {
      line.hidden = false;
      line.textContent = sum === 100 ? line.dataset.sum : line.dataset.sumOff.replace("{sum}", sum);
      line.classList.toggle("is-off", sum !== 100);
    });
  };
  sliders.forEach((slider) => {
    const number = numberOf(slider);
    slider.hidden = false;
    slider.addEventListener("input", (event) => {
      event.stopPropagation();
      number.value = slider.value;
      number.dispatchEvent(new Event("input", { bubbles: true }));
    });
    // Only the number asks for the simulation, once a change is made.
    slider.addEventListener("change", (event) => event.stopPropagation());
    number.addEventListener("input", () => {
      slider.value = number.value;
      sumUp();
    });
  });
  sumUp();
})();
