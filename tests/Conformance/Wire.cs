using System.Text;

namespace Wardwatch.Conformance;

/// <summary>
/// Puts packets together from a notation that shows their fields: hexadecimal bytes, <c>'text'</c> for a string with its two bytes of length, and
/// <c>[ … ]</c> for a part with its length before it as a variable byte integer, as the remaining length and the properties have it.
/// <c>10 [ 'MQTT' 05 02 003C [ 21 0005 ] 'd1' ]</c> is a CONNECT with one property.
/// </summary>
internal static class Wire
{
    public static byte[] Bytes(string notation)
    {
        var at = 0;
        var bytes = Part(notation, ref at);
        return at == notation.Length ? bytes : throw new FormatException($"There is a ] too many in: {notation}");
    }

    private static byte[] Part(string notation, ref int at)
    {
        var bytes = new List<byte>();
        while (at < notation.Length && notation[at] != ']')
        {
            switch (notation[at])
            {
                case ' ':
                    at++;
                    break;
                case '[':
                    at++;
                    var inner = Part(notation, ref at);
                    at++; // the closing bracket
                    bytes.AddRange([.. Length(inner.Length), .. inner]);
                    break;
                case '\'':
                    var end = notation.IndexOf('\'', at + 1);
                    var text = Encoding.UTF8.GetBytes(notation[(at + 1)..end]);
                    bytes.AddRange([(byte)(text.Length >> 8), (byte)text.Length, .. text]);
                    at = end + 1;
                    break;
                default:
                    bytes.Add(Convert.ToByte(notation.Substring(at, 2), 16));
                    at += 2;
                    break;
            }
        }

        return [.. bytes];
    }

    private static List<byte> Length(int length)
    {
        var bytes = new List<byte>();
        do
        {
            bytes.Add((byte)(length % 128 | (length >= 128 ? 128 : 0)));
            length /= 128;
        }
        while (length > 0);
        return bytes;
    }
}
