import { describe, expect, test } from 'vitest';
import { csvCell, csvOf } from './csv';

describe('CSV', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['\0=1', `"'\0=1"`],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ])('%j cannot become a formula', (given, written) => {
    expect(csvCell(given)).toBe(written);
  });

  test.each([
    ['plain', 'plain'],
    ['a=b', 'a=b'],
    ['one, two', '"one, two"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    [' padded ', '" padded "'],
    [null, ''],
    [-2, '-2'],
  ])('%j is written as %j', (given, written) => {
    expect(csvCell(given)).toBe(written);
  });

  test('has a head, one line for each row, and lines that end as the standard has it', () => {
    expect(
      csvOf(
        ['no', 'who'],
        [
          [1, 'R. Silva'],
          [2, '=x'],
        ],
      ),
    ).toBe("no,who\r\n1,R. Silva\r\n2,'=x\r\n");
  });
});
