// SPDX-License-Identifier: EUPL-1.2
// Sealing to a public key (HPKE, RFC 9180: P-256, HKDF-SHA256, AES-256-GCM), and a pair of keys that a secret wraps.
// For the pages and their service worker.
"use strict";

const PhoneSeal = (() => {
  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  const POINT = 65; // bytes of a point
  const text = new TextEncoder();

  const bytes = (coded) => Uint8Array.from(atob(coded.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const coded = (data) => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  function joined(...parts) {
    const all = parts.map((part) => (typeof part === "string" ? text.encode(part) : new Uint8Array(part)));
    const whole = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
    all.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
  }

  async function hmac(key, data) {
    const made = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", made, data));
  }

  const KEM = joined("KEM", [0, 0x10]);
  const SUITE = joined("HPKE", [0, 0x10, 0, 1, 0, 2]);
  const NOTHING = new Uint8Array(32); // HMAC fills up an empty key with zeros
  const extract = (suite, salt, label, data) => hmac(salt, joined("HPKE-v1", suite, label, data));
  const expand = async (suite, key, label, info, length) =>
    (await hmac(key, joined([0, length], "HPKE-v1", suite, label, info, [1]))).slice(0, length);

  async function agreed(privateKey, point, enc, theirs, info, use) {
    const other = await crypto.subtle.importKey("raw", point, CURVE, false, []);
    const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: other }, privateKey, 256));
    const secret = await expand(KEM, await extract(KEM, NOTHING, "eae_prk", shared), "shared_secret", joined(enc, theirs), 32);
    const context = joined(
      [0], await extract(SUITE, NOTHING, "psk_id_hash", ""), await extract(SUITE, NOTHING, "info_hash", info),
    );
    const made = await extract(SUITE, secret, "secret", "");
    const key = await crypto.subtle.importKey("raw", await expand(SUITE, made, "key", context, 32), "AES-GCM", false, [use]);
    return { key, iv: await expand(SUITE, made, "base_nonce", context, 12) };
  }

  // Seals a text to a public key (coded), bound to `info`.
  async function seal(publicKey, info, plain) {
    const theirs = bytes(publicKey);
    const own = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    const enc = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
    const { key, iv } = await agreed(own.privateKey, theirs, enc, theirs, info, "encrypt");
    return coded(joined(enc, await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text.encode(plain))));
  }

  // Opens what is sealed to this key; throws where it was made for another, or is bound to something else.
  async function open(privateKey, publicKey, info, sealed) {
    const whole = bytes(sealed);
    const enc = whole.slice(0, POINT);
    const { key, iv } = await agreed(privateKey, enc, enc, bytes(publicKey), info, "decrypt");
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, whole.slice(POINT)));
  }

  // -- a key of one's own, that a secret wraps

  async function wrapping(secret, use) {
    const made = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    const how = { name: "HKDF", hash: "SHA-256", salt: NOTHING, info: text.encode("troskel phone day") };
    return crypto.subtle.deriveKey(how, made, { name: "AES-GCM", length: 256 }, false, [use]);
  }

  // Makes a pair; the private half leaves it wrapped.
  async function makePair(secret) {
    const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await wrapping(secret, "wrapKey");
    const wrapped = await crypto.subtle.wrapKey("pkcs8", pair.privateKey, key, { name: "AES-GCM", iv });
    const point = await crypto.subtle.exportKey("raw", pair.publicKey);
    return { publicKey: coded(new Uint8Array(point)), wrapped: coded(joined(iv, wrapped)) };
  }

  // The private half again; scripts can't export it.
  async function unwrap(secret, wrapped) {
    const whole = bytes(wrapped);
    const how = { name: "AES-GCM", iv: whole.slice(0, 12) };
    const key = await wrapping(secret, "unwrapKey");
    return crypto.subtle.unwrapKey("pkcs8", whole.slice(12), key, how, CURVE, false, ["deriveBits"]);
  }

  // -- a key that signs, wrapped by the same secret: what opens doors without the server

  const SIGNS = { name: "ECDSA", namedCurve: "P-256" };

  // Makes it; `point`: the public half, compressed, hex.
  async function makeSigner(secret) {
    const pair = await crypto.subtle.generateKey(SIGNS, true, ["sign"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await wrapping(secret, "wrapKey");
    const wrapped = await crypto.subtle.wrapKey("pkcs8", pair.privateKey, key, { name: "AES-GCM", iv });
    const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const point = [2 + (raw[64] & 1), ...raw.slice(1, 33)];
    return { point: point.map((byte) => byte.toString(16).padStart(2, "0")).join(""), wrapped: coded(joined(iv, wrapped)) };
  }

  // Its private half; scripts can use it, and can't export it.
  async function unwrapSigner(secret, wrapped) {
    const whole = bytes(wrapped);
    const how = { name: "AES-GCM", iv: whole.slice(0, 12) };
    const key = await wrapping(secret, "unwrapKey");
    return crypto.subtle.unwrapKey("pkcs8", whole.slice(12), key, how, SIGNS, false, ["sign"]);
  }

  return { seal, open, makePair, unwrap, makeSigner, unwrapSigner, bytes, coded };
})();
