/** One animation loop for all sweeps of a page. It advances by the clock it is given, and jumps when it was late. */
export interface Surface {
  paint(nowSeconds: number): void;
  stop(): void;
}

export class Painter {
  /** Frames drawn since the start, for measuring. */
  frames = 0;

  private readonly nowSeconds: () => number;
  private readonly surfaces = new Set<Surface>();
  private frame = 0;

  constructor(nowSeconds: () => number) {
    this.nowSeconds = nowSeconds;
  }

  /** Answers the function that takes the surface away again and stops it. */
  add(surface: Surface): () => void {
    this.surfaces.add(surface);
    return () => {
      this.surfaces.delete(surface);
      surface.stop();
    };
  }

  start(): void {
    if (this.frame !== 0) return;
    const step = (): void => {
      this.frame = requestAnimationFrame(step);
      this.frames++;
      const now = this.nowSeconds();
      for (const surface of this.surfaces) surface.paint(now);
    };
    this.frame = requestAnimationFrame(step);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    for (const surface of this.surfaces) surface.stop();
    this.surfaces.clear();
  }
}
