using System.Globalization;
using System.Text;

namespace Wardwatch.Server.Notifications.Mail;

/// <summary>A mail as it goes over the wire (RFC 5322): plain text, lines of at most 76 characters.</summary>
/// <param name="From">A valid address.</param>
/// <param name="To">A valid address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">Lines, ended by LF.</param>
/// <param name="Id">The same at each repetition, so that a mail that came twice is shown once.</param>
/// <param name="At">When.</param>
internal sealed record MailMessage(string From, string To, string Subject, string Text, Guid Id, DateTimeOffset At)
{
    private const int LineCharacters = 76;
    private const int WordBytes = 36;

    /// <summary>The header and the body, lines ended by CR LF, without the line of one dot at the end.</summary>
    /// <exception cref="InvalidOperationException">An address or the subject could begin another header.</exception>
    public string Write()
    {
        if (!MailAddresses.IsAddress(From) || !MailAddresses.IsAddress(To))
        {
            throw new InvalidOperationException("From and To must be plain addresses.");
        }

        if (Subject.Any(char.IsControl))
        {
            throw new InvalidOperationException("A subject has one line.");
        }

        var mail = new StringBuilder();
        mail.Append(CultureInfo.InvariantCulture, $"Date: {At.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\r\n");
        mail.Append($"From: Wardwatch <{From}>\r\nTo: <{To}>\r\nSubject: {Words(Subject)}\r\nMessage-ID: <{Id:N}@{From[(From.LastIndexOf('@') + 1)..]}>\r\n");
        mail.Append("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");

        // In base64 no line begins with a dot, none is long, and nothing in the text means anything to a mail server.
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes(Text.ReplaceLineEndings("\r\n")));
        for (var at = 0; at < body.Length; at += LineCharacters)
        {
            mail.Append(body, at, Math.Min(LineCharacters, body.Length - at)).Append("\r\n");
        }

        return mail.ToString();
    }

    // Printable ASCII as it is; anything else in encoded words (RFC 2047), which are cut between characters.
    private static string Words(string text)
    {
        if (text.All(letter => letter is >= ' ' and <= '~') && !text.Contains("=?", StringComparison.Ordinal) && text.Length <= LineCharacters)
        {
            return text;
        }

        var words = new List<string>();
        var word = new List<byte>();
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = new byte[rune.Utf8SequenceLength];
            rune.EncodeToUtf8(bytes);
            if (word.Count + bytes.Length > WordBytes)
            {
                words.Add(Encoded(word));
                word.Clear();
            }

            word.AddRange(bytes);
        }

        words.Add(Encoded(word));
        return string.Join("\r\n ", words);
    }

    private static string Encoded(List<byte> bytes) => $"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=";
}
