using System.CommandLine;
using System.Net;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary>Options that several verbs take.</summary>
internal static class VerbOptions
{
    /// <summary><c>--data DIR</c>: the private installation.</summary>
    public static Option<string?> Data() => new("--data") { HelpName = "DIR", Description = "The folder of the installation (default: ./data)." };

    /// <summary><c>--json</c>: for programs.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Write the result as JSON." };

    /// <summary><c>--http [ADDRESS:]PORT</c>.</summary>
    public static Option<string?> Http() => new("--http") { HelpName = "PORT", Description = "The port for HTTP (default: 8080), on this machine only; ADDRESS:PORT for another address, *:PORT for all." };

    /// <summary><c>--https PORT|off</c>.</summary>
    /// <param name="standard">What it is when nobody says otherwise, in words.</param>
    public static Option<string?> Https(string standard) => new("--https") { HelpName = "PORT", Description = $"The port for HTTPS with the server's own certificate, or off (default: {standard})." };

    /// <summary>The configuration keys that the value of <c>--https</c> sets.</summary>
    /// <exception cref="StartupException">It is neither a port nor <c>off</c>.</exception>
    public static IEnumerable<KeyValuePair<string, string?>> HttpsSettings(string? value)
    {
        if (value is null)
        {
            yield break;
        }

        var port = value == "off" ? "0" : ushort.TryParse(value, out var number) && number != 0 ? number.ToString()
            : throw new StartupException($"'{value}' is neither a port nor off.", "For example: --https 8443, --https off");
        yield return KeyValuePair.Create(PlatformOptions.Section + ":" + nameof(PlatformOptions.HttpsPort), (string?)port);
    }

    /// <summary><c>--mqtt PORT</c>.</summary>
    public static Option<int?> Mqtt() => new("--mqtt") { HelpName = "PORT", Description = "The port for MQTT over TLS (default: 8883)." };

    /// <summary><c>--conformance PORT</c>.</summary>
    public static Option<string?> Conformance() => new("--conformance")
    {
        HelpName = "PORT",
        Description = "Open a port on this machine, without TLS, where MQTT conformance suites may connect without credentials; nothing is stored (default: none).",
    };

    /// <summary>The configuration keys that the value of <c>--conformance</c> sets.</summary>
    /// <exception cref="StartupException">It is no port, or names an address that others can reach.</exception>
    public static IEnumerable<KeyValuePair<string, string?>> ConformanceSettings(string? value)
    {
        if (value is null)
        {
            yield break;
        }

        var colon = value.LastIndexOf(':');
        var address = colon < 0 ? "localhost" : value[..colon].Trim('[', ']');
        if (address != "localhost" && !(IPAddress.TryParse(address, out var parsed) && IPAddress.IsLoopback(parsed)))
        {
            throw new StartupException($"The port for conformance suites is for this machine only, not for '{address}': anybody may connect to it.", "For example: --conformance 1883");
        }

        if (!ushort.TryParse(value.AsSpan(colon + 1), out var port) || port == 0)
        {
            throw new StartupException($"'{value}' is no port.", "For example: --conformance 1883");
        }

        yield return KeyValuePair.Create("Wardwatch:Gateway:ConformancePort", (string?)port.ToString());
    }

    /// <summary>The configuration keys that the value of <c>--http</c> sets.</summary>
    /// <exception cref="StartupException">It is neither a port nor an address with a port.</exception>
    public static IEnumerable<KeyValuePair<string, string?>> HttpSettings(string? value)
    {
        if (value is null)
        {
            yield break;
        }

        var colon = value.LastIndexOf(':');
        if (!ushort.TryParse(value.AsSpan(colon + 1), out var port))
        {
            throw new StartupException($"'{value}' is neither a port nor ADDRESS:PORT.", "For example: --http 8080, --http 0.0.0.0:8080");
        }

        yield return KeyValuePair.Create(PlatformOptions.Section + ":" + nameof(PlatformOptions.HttpPort), (string?)port.ToString());
        if (colon >= 0)
        {
            yield return KeyValuePair.Create(PlatformOptions.Section + ":" + nameof(PlatformOptions.HttpAddress), (string?)value[..colon]);
        }
    }

    /// <summary>The configuration keys that the value of <c>--data</c> sets.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> DataSettings(string? value) =>
        value is null ? [] : [KeyValuePair.Create(PlatformOptions.Section + ":" + nameof(PlatformOptions.DataFolder), (string?)value)];

    /// <summary>The configuration keys that the value of <c>--mqtt</c> sets.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> MqttSettings(int? value) =>
        value is null ? [] : [KeyValuePair.Create("Wardwatch:Gateway:Port", (string?)value.ToString())];
}
