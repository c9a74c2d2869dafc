import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(__dirname);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(join(folder, entry.name))
      : /\.tsx?$/.test(entry.name)
        ? [join(folder, entry.name)]
        : [],
  );
}

interface Import {
  file: string;
  /** Folder of the importing file: live, draw, sound, api, ui, app or features/<name>. */
  from: string;
  /** The same of what is imported, or the package's name. */
  to: string;
}

function place(path: string): string {
  const parts = relative(root, path).split('/');
  return parts[0] === 'features' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

const imports: Import[] = sources(root).flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => {
    const target = match[1] as string;
    return {
      file: relative(root, file),
      from: place(file),
      to: target.startsWith('.') ? place(resolve(dirname(file), target)) : target,
    };
  }),
);

const breaches = (rule: (one: Import) => boolean): string[] =>
  imports.filter((one) => !one.file.includes('.test.') && rule(one)).map((one) => `${one.file} → ${one.to}`);

const WITHOUT_REACT = ['live', 'draw', 'sound', 'api'];

describe('walls between the folders', () => {
  test('there is something to judge', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  test('live, draw, sound and api never see React', () => {
    expect(breaches(({ from, to }) => WITHOUT_REACT.includes(from) && /react/.test(to))).toEqual([]);
  });

  test('live, draw and sound depend on nothing of ours', () => {
    const own = (to: string): boolean => /^(app|api|ui|live|draw|sound|features\/.*)$/.test(to);
    const alone = ['live', 'draw', 'sound'];
    expect(breaches(({ from, to }) => alone.includes(from) && own(to) && to !== from)).toEqual([]);
  });

  test('features never import each other, and nothing below app imports a feature or app', () => {
    expect(breaches(({ from, to }) => to.startsWith('features/') && from !== to && from !== 'app')).toEqual([]);
    expect(breaches(({ from, to }) => to === 'app' && from !== 'app' && from !== 'main.tsx')).toEqual([]);
  });

  test('bytes become types in live/messages.ts only', () => {
    const parsing = sources(root).filter(
      (file) => !file.includes('.test.') && /JSON\.parse/.test(readFileSync(file, 'utf8')),
    );
    expect(parsing).toEqual([]);
  });
});
