// SPDX-License-Identifier: EUPL-1.2
// An OpenID Connect provider to try signing in with, on this machine alone: no passwords, one chooses who one is.
// Settings come as JSON on the command line: { port, client, people: [{ sub, acr, …claims }], keys }.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider, interactionPolicy } from "oidc-provider";

const settings = JSON.parse(process.argv[2]);
const people = new Map(settings.people.map((person) => [person.sub, person]));
const claims = [...new Set(settings.people.flatMap((person) => Object.keys(person)))].filter((name) => !["sub", "acr"].includes(name));
const levels = [...new Set(settings.people.map((person) => person.acr))];

const key = (number) => ({
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid: `key-${settings.keys ?? 1}-${number}`,
  use: "sig",
  alg: "RS256",
});
const page = (title, body) => `<!doctype html><html lang="sv"><title>${title}</title><h1>${title}</h1>${body}</html>`;

createServer((request, response) => handle(request, response)).listen(settings.port, "127.0.0.1", function () {
  const { port } = this.address();
  handle = serve(`http://localhost:${port}`);
  console.log(JSON.stringify({ issuer: `http://localhost:${port}` }));
});
let handle = () => {};

function serve(issuer) {
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "troskel",
      client_secret: "only for trying on this machine",
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
      backchannel_logout_session_required: true,
      ...settings.client,
    }],
    jwks: { keys: [key(1)] },
    cookies: { keys: ["known to everyone: for trying"] },
    acrValues: levels,
    claims: { openid: ["sub", "acr", "auth_time", "sid", ...claims] },
    conformIdTokenClaims: false,
    // we are on this machine, which a provider in earnest never asks
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, { ...options, signal: AbortSignal.timeout(30_000) }),
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => {
          context.body = page("Logga ut", `${form}<button form="op.logoutForm" name="logout" value="yes">Ja</button>`);
        },
      },
    },
    interactions: { policy: interactionPolicy.base(), url: (_, interaction) => `/people/${interaction.uid}` },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => Object.fromEntries(Object.entries(people.get(sub) ?? { sub }).filter(([name]) => name !== "acr")),
    }),
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
      grant.addOIDCScope("openid");
      grant.addOIDCClaims(claims);
      await grant.save();
      return grant;
    },
  });
  provider.on("backchannel.error", (_, error) => console.error(`back-channel logout: ${error.message}`, error.cause ?? ""));
  const callback = provider.callback();
  return async (request, response) => {
    const [, folder, , person] = request.url.split("?")[0].split("/");
    if (folder !== "people") return callback(request, response);
    if (!person) {
      const links = [...people.values()].map(({ sub, name, acr }) => `<p><a href="${request.url}/${sub}">${name ?? sub}</a> ${acr}</p>`);
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      return response.end(page("Vem är du?", links.join("")));
    }
    const { acr } = people.get(decodeURIComponent(person)) ?? {};
    return provider.interactionFinished(request, response, { login: { accountId: decodeURIComponent(person), acr } });
  };
}
