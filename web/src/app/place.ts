/** Where the reader was before opening a patient: the way back leads there, and to the same bed. In memory only. */
export const place: { ward: string | null; patient: string | null } = { ward: null, patient: null };
