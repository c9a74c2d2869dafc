using System.Text.Json;
using System.Text.RegularExpressions;
using Wardwatch.Devices.Ascon;

namespace Wardwatch.Simulator.Devices;

/// <summary>What one device needs to speak to the server: an entry of <c>device-keys.json</c>.</summary>
/// <param name="Device">Client id and user name.</param>
/// <param name="KeyId">Names the key in envelopes.</param>
/// <param name="Key">16 bytes.</param>
/// <param name="Token">The password.</param>
/// <param name="Topic">The one topic on which it may publish vitals.</param>
/// <param name="Simulated">Whether the entry is meant for the simulator rather than for a device of one's own.</param>
public sealed partial record DeviceCredentials(string Device, uint KeyId, byte[] Key, string Token, string Topic, bool Simulated)
{
    private const long MaxFileBytes = 64L << 20;

    /// <summary>The patient's id within the topic, or the topic itself where it has another form.</summary>
    public string PatientId => Topic.Split('/') is [.., "patient", var id] ? id : Topic;

    /// <summary>Reads <c>device-keys.json</c>.</summary>
    /// <exception cref="SimulatorException">It is missing or wrong; the message names the entry, never a key.</exception>
    public static IReadOnlyList<DeviceCredentials> ReadFile(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes) throw Wrong($"{path} is too large.");
            using var json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 8 });
            var devices = new List<DeviceCredentials>();
            foreach (var entry in json.RootElement.EnumerateArray())
                devices.Add(Read(entry, path, devices.Count + 1));
            return devices.Count > 0 ? devices : throw Wrong($"{path} names no device.");
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SimulatorException(ExitCode.Credentials, $"There is no {path}. The demo server writes it at its first start; give its folder with --data.", problem);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or UnauthorizedAccessException or IOException)
        {
            throw new SimulatorException(ExitCode.Credentials, $"{path} cannot be read: {problem.Message}", problem);
        }
    }

    private static DeviceCredentials Read(JsonElement entry, string path, int number)
    {
        string Text(string name) => entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Wrong($"{path}, entry {number}: \"{name}\" is missing.");

        var device = Text("device");
        if (!DeviceId().IsMatch(device)) throw Wrong($"{path}, entry {number}: the device's id may have letters, digits, dots, dashes and underscores, 1 to 64.");
        if (!entry.TryGetProperty("keyId", out var keyId) || !keyId.TryGetUInt32(out var id)) throw Wrong($"{path}, entry {number}: \"keyId\" is not a number.");
        var hex = Text("key");
        if (hex.Length != 2 * AeadCipher.KeyBytes || !hex.All(char.IsAsciiHexDigit)) throw Wrong($"{path}, entry {number}: \"key\" is not {2 * AeadCipher.KeyBytes} hexadecimal digits.");
        var simulated = entry.TryGetProperty("simulated", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new DeviceCredentials(device, id, Convert.FromHexString(hex), Text("token"), Text("topic"), simulated);
    }

    private static SimulatorException Wrong(string message) => new(ExitCode.Credentials, message);

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.NonBacktracking)]
    private static partial Regex DeviceId();
}
