/** What the server takes as a reason: 10 to 500 characters without the blanks around it. */
export function reasonFits(reason: string): boolean {
  const length = reason.trim().length;
  return length >= 10 && length <= 500;
}
