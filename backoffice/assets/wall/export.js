// The slider of a file: each picture is a template, in order.
const pictures = [...document.querySelectorAll("template")];
const slider = document.getElementById("at");
slider.disabled = false;
slider.addEventListener("input", () => {
  const picture = pictures[slider.value];
  document.getElementById("picture").replaceChildren(picture.content.cloneNode(true));
  document.querySelector("output").textContent = picture.dataset.at;
});
