/** Words of the door and the lock. */
export const accessWords = {
  signIn: {
    title: 'Sign in',
    user: 'User name',
    password: 'Password',
    code: 'Code from your authenticator app',
    codeHint: 'This account has a second factor. Enter the six digits your app shows now.',
    recoveryCode: 'Recovery code',
    recoveryHint: 'One of the ten codes you kept, like 4f7kq-92xhm. Each works once.',
    useRecovery: 'Phone not at hand? Use a recovery code',
    useApp: 'Use the authenticator app',
    submit: 'Sign in',
    busy: 'Signing in …',
    or: 'or',
    passkey: 'Sign in with a passkey',
    passkeyBusy: 'Waiting for your passkey …',
    passkeyCancelled: 'No passkey was chosen. Try again, or sign in with your password.',
    passkeyFailed: 'The passkey could not be used here. Sign in with your password.',
    wrong: 'User name or password is wrong. Nothing else is known about it; try again.',
    wrongCode: 'User name, password or code is wrong. Wait for the next code and try again.',
    wrongPasskey: 'This passkey is not known here. Sign in with your password.',
    tooMany: (seconds: number | null) =>
      seconds === null
        ? 'Too many attempts. Wait a minute, then try again.'
        : `Too many attempts. Try again in ${seconds} s.`,
    away: 'The server does not answer. Bedside monitors work on without it. Try again in a moment.',
    failed: (detail: string) => `Sign-in was refused${detail ? `: ${detail}` : '.'}`,
    missing: 'Enter a user name and a password.',
    ended: 'Your session has ended. Sign in again.',
    checking: 'Looking for your session …',
    checkingAway: 'The server does not answer. Trying again every few seconds. Bedside monitors work on without it.',
    demo: 'Demo data',
    demoHelp: 'This is a demonstration with invented patients. User names and passwords are in',
    demoFile: 'demo-credentials.json',
    demoFolder: 'in the data folder (data-demo, unless another one was given), and the start command printed where.',
    note: 'Wardwatch displays. It is no primary alarm: bedside monitors stay primary.',
  },

  lock: {
    title: 'Locked',
    whose: (name: string) => `${name} is signed in.`,
    nothing: 'No patient is shown while this page is locked. Bedside monitors work on.',
    pin: 'PIN',
    password: 'Password',
    unlock: 'Unlock',
    busy: 'Unlocking …',
    usePassword: 'Use the password',
    usePin: 'Use the PIN',
    passkey: 'Unlock with a passkey',
    somebodyElse: 'Somebody else? Sign out',
    missingPin: 'Enter your PIN.',
    missingPassword: 'Enter your password.',
    wrong: (left: number | null) =>
      left === null
        ? 'That was not right. Try again.'
        : left === 1
          ? 'That was not right. One attempt is left, then you have to sign in again.'
          : `That was not right. ${left} attempts are left, then you have to sign in again.`,
    away: 'The server does not answer, so nothing can be unlocked now. Bedside monitors work on without it.',
    warning: (seconds: number) => `Locks in ${seconds} s. Move the pointer or press a key to stay.`,
    now: 'Lock now',
    keys: 'Ctrl Shift L',
  },

  enrol: {
    title: 'Set up your second factor',
    why: 'This installation asks for a second factor: besides your password, a code from your phone. Set it up now; it takes two minutes. Until then nothing else opens.',
    signOut: 'Sign out',
  },
} as const;
