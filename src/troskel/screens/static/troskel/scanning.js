// SPDX-License-Identifier: EUPL-1.2
// Fills a field with what a code says (QR or Data Matrix). Pages work without this: typing is the way that always does.
// What the camera sees stays here: it is shown and read, and neither sent nor kept.
const FORMATS = ["qr_code", "data_matrix"];
const BETWEEN_LOOKS = 120; // milliseconds
const WIDEST = 960; // pixels: more of a picture is slower, and no easier to read
const camera = document.getElementById("camera");
let reading = null; // the promise of a function from a canvas to what is read there

async function offer() {
  if (!navigator.mediaDevices?.getUserMedia) return;
  const devices = await navigator.mediaDevices.enumerateDevices();
  if (!devices.some((device) => device.kind === "videoinput")) return;
  for (const button of document.querySelectorAll("[data-scan]")) button.hidden = false;
}

// The browser's own reader, where it has one that knows both kinds of code and answers when it is asked.
async function native() {
  if (!("BarcodeDetector" in window)) return null;
  try {
    const known = await BarcodeDetector.getSupportedFormats();
    if (!FORMATS.every((format) => known.includes(format))) return null;
    const detector = new BarcodeDetector({ formats: FORMATS });
    const read = async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? "";
    await read(Object.assign(document.createElement("canvas"), { width: 8, height: 8 }));
    return read;
  } catch {
    return null;
  }
}

async function installed() {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    script.src = camera.dataset.reader;
    document.head.append(script);
  });
  const { BarcodeFormat, BinaryBitmap, DecodeHintType, HTMLCanvasElementLuminanceSource, HybridBinarizer, MultiFormatReader } = window.ZXing;
  const reader = new MultiFormatReader();
  reader.setHints(new Map([[DecodeHintType.POSSIBLE_FORMATS, [BarcodeFormat.QR_CODE, BarcodeFormat.DATA_MATRIX]], [DecodeHintType.TRY_HARDER, true]]));
  return (canvas) => {
    try {
      return reader.decodeWithState(new BinaryBitmap(new HybridBinarizer(new HTMLCanvasElementLuminanceSource(canvas)))).getText();
    } catch {
      return ""; // no code in this picture, or none that could be made out
    }
  };
}

function reader() {
  reading ??= native().then((read) => read ?? installed());
  reading.catch(() => { reading = null; }); // it is fetched anew at the next try
  return reading;
}

// The whole picture, then its middle, larger: a code far away is small, one held too near is cut.
async function look(video, canvas, read) {
  const { videoWidth: width, videoHeight: height } = video;
  if (!width) return "";
  for (const part of [1, 0.5]) {
    const scale = Math.min(1, WIDEST / (width * part));
    canvas.width = Math.round(width * part * scale);
    canvas.height = Math.round(height * part * scale);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, (width * (1 - part)) / 2, (height * (1 - part)) / 2, width * part, height * part, 0, 0, canvas.width, canvas.height);
    const text = (await read(canvas)).trim();
    if (text) return text;
  }
  return "";
}

function fill(field, text) {
  const before = field.tagName === "TEXTAREA" ? field.value.trimEnd() : "";
  field.value = before ? `${before}\n${text}` : text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

async function scan(field) {
  const dialog = camera.content.querySelector("dialog").cloneNode(true);
  const video = dialog.querySelector("video");
  const said = dialog.querySelector("[role=status]");
  const stop = () => video.srcObject?.getTracks().forEach((track) => track.stop());
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { stop(); dialog.remove(); });
  document.body.append(dialog);
  dialog.showModal();
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
    await video.play();
  } catch {
    said.textContent = said.dataset.noCamera;
    return;
  }
  let read;
  try {
    read = await reader();
  } catch {
    said.textContent = said.dataset.noReader;
    return;
  }
  const canvas = document.createElement("canvas");
  while (dialog.open) {
    const text = await look(video, canvas, read);
    if (text && dialog.open) {
      dialog.close();
      fill(field, text);
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
  }
  stop();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-scan]");
  if (button) scan(document.getElementById(button.dataset.scan));
});
document.addEventListener("htmx:after:swap", offer);
offer();
