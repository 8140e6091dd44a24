// SPDX-License-Identifier: EUPL-1.2
// The phone's half of the door protocol (docs/door-protocol.md): builds a request, verifies a result. Pure: bytes in,
// bytes out. Vectors that the server's half shares are run through it by a test.
import { decode, encode } from "../vendor/cborg/cborg.js";

export const OPERATION = { read: 0, unlock: 1, lock: 2, unlatch: 3 };
export const OUTCOME = ["read", "done", "jammed", "refused", "unknown"];
export const CODES = {
  LENGTH: 1, FORM: 7, COSE_FORM: 10, HELLO_FORM: 20, HELLO_VERSION: 21, OTHER_LOCK: 22, RESULT_FORM: 60,
  RESULT_SIGNATURE: 61,
};
const MAX_HELLO = 48;
const MAX_GRANT = 240;
const MAX_RESULT = 512;
const MOST_LINES = 9;
const TAG_SIGN1 = 0xd2;
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x26); // {alg: ES256}
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const HASH = { name: "ECDSA", hash: "SHA-256" };
const text = new TextEncoder();

// `isSaid`: a lock, or somebody between, says so without a signature. It proves nothing: the door may have opened.
export class DoorError extends Error {
  constructor(code, isSaid = false) {
    super(`door protocol: ${code}`);
    this.code = code;
    this.isSaid = isSaid;
  }
}

// -- CBOR of one form alone

const STRICT = {
  strict: true, allowIndefinite: false, allowUndefined: false, allowInfinity: false, allowNaN: false, allowBigInt: false,
  rejectDuplicateMapKeys: true, useMaps: true,
};
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

function read(data, longest) {
  if (!data.length || data.length > longest) throw new DoorError(CODES.LENGTH);
  let item;
  try {
    item = decode(data, STRICT);
  } catch {
    throw new DoorError(CODES.FORM);
  }
  if (!same(encode(item), data)) throw new DoorError(CODES.FORM); // another encoding of the same
  return item;
}

const isNumber = (most) => (value) => Number.isSafeInteger(value) && value >= 0 && value <= most;
const [isU8, isU16, isU32, isPercent] = [0xff, 0xffff, 0xffffffff, 100].map(isNumber);
const isBytes = (length) => (value) => value instanceof Uint8Array && value.length === length;
const isFlag = (value) => typeof value === "boolean";
const fits = (item, ...kinds) =>
  Array.isArray(item) && item.length === kinds.length && kinds.every((kind, at) => kind(item[at]));

function raiseSaid(item) {
  if (fits(item, isU8) && item[0]) throw new DoorError(item[0], true);
}

function joined(...parts) {
  const all = parts.map((part) => (typeof part === "string" ? text.encode(part) : part));
  const whole = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  all.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

const digest = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
const toBeSigned = (payload, aad) => encode(["Signature1", PROTECTED, aad, payload]);

// -- the messages

export function readHello(data) {
  const item = read(data, MAX_HELLO);
  raiseSaid(item);
  if (Array.isArray(item) && isU32(item[0]) && item[0] !== 1) throw new DoorError(CODES.HELLO_VERSION);
  if (!fits(item, isU8, isBytes(8), isBytes(16), isU32, isFlag, isU32, isU32, isPercent)) {
    throw new DoorError(CODES.HELLO_FORM);
  }
  const [, lock, nonce, clock, sure, epoch, head, battery] = item;
  return { lock, nonce, clock, sure, epoch, head, battery };
}

export const requestAad = (hello, grant) => digest("troskel door 1 request", hello, grant);
export const resultAad = (request) => digest("troskel door 1 result", request);

// The request to a lock that has given this challenge. Nothing is signed for another lock than the one that was chosen.
export async function ask({ hello, lock, grant, key, operation, nonce, time, since }) {
  if (!same(readHello(hello).lock, lock)) throw new DoorError(CODES.OTHER_LOCK);
  if (!grant.length || grant.length > MAX_GRANT) throw new DoorError(CODES.LENGTH);
  const payload = encode([operation, nonce, time, since]);
  const signed = toBeSigned(payload, await requestAad(hello, grant));
  const signature = new Uint8Array(await crypto.subtle.sign(HASH, key, signed));
  return encode([grant, joined(Uint8Array.of(TAG_SIGN1), encode([PROTECTED, new Map(), payload, signature]))]);
}

const isLine = (line) => fits(line, isU32, isU32, isFlag, isU8, isU8, isU8, isBytes(8), isBytes(8), isPercent);
const areLines = (lines) => Array.isArray(lines) && lines.length <= MOST_LINES && lines.every(isLine);

// What this lock has answered to this request. `point`: the lock's public key. Throws where the lock did not sign it.
export async function readResult(data, request, point) {
  if (data[0] !== TAG_SIGN1) {
    raiseSaid(read(data, MAX_RESULT));
    throw new DoorError(CODES.COSE_FORM);
  }
  const parts = read(data.slice(1), MAX_RESULT - 1);
  const isEmpty = (map) => map instanceof Map && !map.size;
  const isPayload = (value) => value instanceof Uint8Array;
  const isHeader = (value) => isBytes(3)(value) && same(value, PROTECTED);
  if (!fits(parts, isHeader, isEmpty, isPayload, isBytes(64))) throw new DoorError(CODES.COSE_FORM);
  const [, , payload, signature] = parts;
  const key = await crypto.subtle.importKey("raw", point, CURVE, false, ["verify"]);
  if (!(await crypto.subtle.verify(HASH, key, signature, toBeSigned(payload, await resultAad(request))))) {
    throw new DoorError(CODES.RESULT_SIGNATURE);
  }
  const told = read(payload, MAX_RESULT);
  const kinds = [isU8, isU8, isU8, isPercent, isU32, isFlag, isU16, isU32, isBytes(32), areLines, isU32, isBytes(32)];
  if (!fits(told, ...kinds) || told[0] >= OUTCOME.length) throw new DoorError(CODES.RESULT_FORM);
  const [outcome, reason, bolt, battery, clock, sure, , since, , lines, head] = told;
  return { outcome: OUTCOME[outcome], reason, bolt, battery, clock, sure, since, head, known: since + lines.length };
}
