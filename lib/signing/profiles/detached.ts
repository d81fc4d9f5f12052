import type { SignAlgorithm, SigningProfile } from "../types.js";

/** A signature over the exact bytes to be sent; it travels beside them (DEC, manifests). The bytes do not change. */
export function detached(algorithm: SignAlgorithm = "rsa-sha256"): SigningProfile {
  return {
    name: "detached",
    algorithm,
    async sign(request, signer) {
      const identity = await signer.identity();
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
