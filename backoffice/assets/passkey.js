// Passkeys: offered only where the browser has them, and every page works without. A form says in its data what is asked, and
// carries the answer in its fields.
{
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const coded = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const listed = (text) => text.split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: bytes(id) }));

  // ECDSA on P-256, Ed25519, RSA: what the server verifies.
  const ALGORITHMS = [-7, -8, -257];

  const ceremonies = {
    async get({ challenge, credentials }) {
      const publicKey = {
        challenge: bytes(challenge), allowCredentials: listed(credentials), userVerification: "required",
      };
      const { rawId, response } = await navigator.credentials.get({ publicKey });
      return {
        credential: coded(rawId), client: coded(response.clientDataJSON), data: coded(response.authenticatorData),
        signature: coded(response.signature),
      };
    },
    async create({ challenge, credentials, user, name }) {
      const publicKey = {
        challenge: bytes(challenge), excludeCredentials: listed(credentials), attestation: "none",
        rp: { name: "Seathold" }, user: { id: bytes(user), name, displayName: name },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
      };
      const { response } = await navigator.credentials.create({ publicKey });
      return {
        client: coded(response.clientDataJSON), data: coded(response.getAuthenticatorData()),
        key: coded(response.getPublicKey()), algorithm: response.getPublicKeyAlgorithm(),
      };
    },
  };

  const isThere = "PublicKeyCredential" in window && "getPublicKey" in (window.AuthenticatorAttestationResponse?.prototype ?? {});
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.hidden = !isThere;
    const failed = form.querySelector("[data-failed]");
    const button = form.querySelector("button");
    button.addEventListener("click", async () => {
      button.disabled = failed.hidden = true;
      try {
        const answer = await ceremonies[form.dataset.passkey](form.dataset);
        Object.entries(answer).forEach(([name, value]) => (form.elements.namedItem(name).value = value));
        form.submit();
      } catch {
        failed.hidden = false;
      }
      button.disabled = false;
    });
  });
}
