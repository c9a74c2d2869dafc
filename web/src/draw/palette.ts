/** Colours of what is drawn on canvases, read from the style sheet's tokens so that there is one place for them. */
export interface Palette {
  hr: string;
  spo2: string;
  rr: string;
  bloodPressure: string;
  temperature: string;
  anomaly: string;
  text: string;
  muted: string;
  edge: string;
  gap: string;
  tile: string;
  high: string;
  medium: string;
  technical: string;
}

export function readPalette(root: Element): Palette {
  const style = getComputedStyle(root);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    hr: token('--hr'),
    spo2: token('--spo2'),
    rr: token('--rr'),
    bloodPressure: token('--bp'),
    temperature: token('--temp'),
    anomaly: token('--anomaly'),
    text: token('--text'),
    muted: token('--muted'),
    edge: token('--edge'),
    gap: token('--gap'),
    tile: token('--tile'),
    high: token('--high'),
    medium: token('--medium'),
    technical: token('--technical'),
  };
}
