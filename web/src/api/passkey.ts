/** Passkeys: the browser asks its user, the server asks and judges. Only where the browser can read and write their JSON form. */

/** Why no passkey came: its user went away from the dialog or it ran out of time, this device holds it already, or else. */
export type PasskeyRefusal = 'cancelled' | 'known' | 'failed';

export class PasskeyProblem extends Error {
  readonly refusal: PasskeyRefusal;

  constructor(refusal: PasskeyRefusal) {
    super(refusal);
    this.refusal = refusal;
  }
}

export function passkeysWork(): boolean {
  return (
    typeof PublicKeyCredential !== 'undefined' &&
    'parseRequestOptionsFromJSON' in PublicKeyCredential &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential &&
    'credentials' in navigator
  );
}

/** `options` as the server wrote them. */
export function getPasskey(options: unknown): Promise<unknown> {
  return asking(async () => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
    return await navigator.credentials.get({ publicKey });
  });
}

export function makePasskey(options: unknown): Promise<unknown> {
  return asking(async () => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
      options as PublicKeyCredentialCreationOptionsJSON,
    );
    return await navigator.credentials.create({ publicKey });
  });
}

async function asking(run: () => Promise<Credential | null>): Promise<unknown> {
  let credential: Credential | null;
  try {
    credential = await run();
  } catch (error) {
    throw new PasskeyProblem(refusalOf(error));
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyProblem('failed');
  return credential.toJSON();
}

function refusalOf(error: unknown): PasskeyRefusal {
  if (!(error instanceof DOMException)) return 'failed';
  if (error.name === 'NotAllowedError' || error.name === 'AbortError') return 'cancelled';
  return error.name === 'InvalidStateError' ? 'known' : 'failed';
}
