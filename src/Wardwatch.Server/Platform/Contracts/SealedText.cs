using System.Text;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>Texts under a <see cref="DataKey"/>, each bound to the place for which it was sealed.</summary>
public static class SealedText
{
    /// <summary>Seals a text for a place, such as <c>wardwatch/audit/1/3</c>.</summary>
    public static byte[] SealText(this DataKey key, string place, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var result = new byte[plain.Length + DataKey.Overhead];
        key.Seal(Encoding.UTF8.GetBytes(place), plain, result);
        return result;
    }

    /// <summary>Opens what <see cref="SealText"/> made; null if it was changed or is of another place.</summary>
    public static string? OpenText(this DataKey key, string place, byte[] content)
    {
        var plain = new byte[content.Length];
        return key.TryOpen(Encoding.UTF8.GetBytes(place), content, plain, out var length) ? Encoding.UTF8.GetString(plain, 0, length) : null;
    }
}
