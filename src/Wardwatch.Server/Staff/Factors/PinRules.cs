namespace Wardwatch.Server.Staff.Factors;

/// <summary>Which PINs are too easy. A PIN has five attempts, so that what counts is not to be among the first that anybody would try.</summary>
internal static class PinRules
{
    private const int Shortest = 4;
    private const int Longest = 8;
    private const string Up = "01234567890";
    private const string Down = "09876543210";

    // Lines and corners of a keypad, and what stands high in every count of PINs.
    private static readonly HashSet<string> Common = new(StringComparer.Ordinal)
    {
        "2580", "0852", "1470", "1479", "1397", "7913", "3971", "1357", "2468", "8642", "9753", "1379", "7410", "1004", "4321", "6969", "1122", "112233", "123321",
        "159753", "147258", "147258369", "789456", "456789", "159357", "741852", "1590", "3690", "9630",
    };

    /// <summary>Why a PIN cannot be taken, or null.</summary>
    public static string? Refuse(string pin)
    {
        if (pin.Length is < Shortest or > Longest || !pin.All(char.IsAsciiDigit))
        {
            return $"A PIN has {Shortest} to {Longest} digits.";
        }

        return IsTrivial(pin) ? "This PIN is among the first that anybody would try." : null;
    }

    private static bool IsTrivial(string pin) =>
        Common.Contains(pin) || Up.Contains(pin, StringComparison.Ordinal) || Down.Contains(pin, StringComparison.Ordinal)
        || Enumerable.Range(1, pin.Length / 2).Any(length => IsRepeated(pin, length))
        || pin.SequenceEqual(pin.Reverse())
        || (pin.Length == Shortest && int.Parse(pin) is >= 1900 and <= 2099)
        || (pin.Length > Shortest && pin.Distinct().Count() < 3);

    private static bool IsRepeated(string pin, int length) =>
        pin.Length % length == 0 && pin.Index().All(digit => digit.Item == pin[digit.Index % length]);
}
