/** Reads codes with the camera, in browsers that can (BarcodeDetector). Everything it starts, stop() ends. */
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorMaker = new () => Detector;

const LOOK_MS = 250;

const maker = (): DetectorMaker | null => (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector ?? null;

export const cameraCanRead = (): boolean => maker() !== null && navigator.mediaDevices?.getUserMedia !== undefined;

export class CodeReader {
  private readonly video: HTMLVideoElement;
  private readonly found: (code: string) => void;
  private stream: MediaStream | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(video: HTMLVideoElement, found: (code: string) => void) {
    this.video = video;
    this.found = found;
  }

  /** Throws where there is no camera, or where it is not allowed. */
  async start(): Promise<void> {
    const Maker = maker();
    if (!Maker) throw new Error('This browser reads no codes.');
    const detector = new Maker();
    this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    if (this.stopped) return this.release();
    this.video.srcObject = this.stream;
    await this.video.play();
    this.look(detector);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.release();
  }

  private look(detector: Detector): void {
    if (this.stopped) return;
    detector.detect(this.video).then(
      ([code]) => {
        if (this.stopped) return;
        if (code?.rawValue) this.found(code.rawValue.trim());
        else this.again(detector);
      },
      // A picture that cannot be read yet, such as the first one.
      () => this.again(detector),
    );
  }

  private again(detector: Detector): void {
    this.timer = setTimeout(() => this.look(detector), LOOK_MS);
  }

  private release(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }
}
