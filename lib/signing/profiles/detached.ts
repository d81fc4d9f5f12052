import type { SigningProfile } from "../types.js";
import { suiteByName, suiteFor } from "./suites.js";

/**
 * A signature over the exact bytes to be sent; it travels beside them (DEC, manifests). The bytes do not change. `suite`
 * names a row of `SUITES`; by default the first that the card can do.
 */
export function detached({ suite }: { suite?: string } = {}): SigningProfile {
  return {
    name: "detached",
    algorithm: suiteByName(suite ?? "rsa-sha256").algorithm,
    async sign(request, signer) {
      const identity = await signer.identity();
      const { algorithm } = suiteFor(suite, identity);
      const value = await signer.sign(algorithm, request.payload);
      return {
        payload: request.payload,
        signature: {
          profile: "detached",
          algorithm,
          value: value.toString("base64"),
          certificateNumber: identity.certificateNumber,
          certificate: identity.certificate.toString("base64"),
        },
      };
    },
  };
}
