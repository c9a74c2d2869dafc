import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, test } from 'vitest';
import { loadAgain } from './loadAgain';

/** A list whose answers come when the test says. */
function shown() {
  const answers: ((value: string) => void)[] = [];
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const observer = new QueryObserver(client, {
    queryKey: ['list', 1],
    queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
  });
  const stop = observer.subscribe(() => undefined);
  return { answers, client, stop, data: () => observer.getCurrentResult().data };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('loading again because of news', () => {
  test('throws away the first answer that is still on its way', async () => {
    const { answers, client, stop, data } = shown();
    const loaded = loadAgain(client, ['list']);
    await settled();
    expect(answers).toHaveLength(2);
    answers[0]?.('before');
    await settled();
    expect(data()).toBe(undefined);
    answers[1]?.('after');
    await loaded;
    expect(data()).toBe('after');
    stop();
  });

  test('throws away a later one too, and shows what there is meanwhile', async () => {
    const { answers, client, stop, data } = shown();
    answers[0]?.('first');
    await settled();
    void loadAgain(client, ['list']);
    await settled();
    const loaded = loadAgain(client, ['list']);
    await settled();
    answers[1]?.('before');
    await settled();
    expect(data()).toBe('first');
    answers[2]?.('after');
    await loaded;
    expect(data()).toBe('after');
    stop();
  });
});
