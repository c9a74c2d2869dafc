using Xunit;

namespace Wardwatch.SystemTests.Harness;

/// <summary>Other people's MQTT clients, as far as this machine has them.</summary>
internal static class ThirdPartyClients
{
    /// <summary>The folder of the scripts that drive them.</summary>
    public static readonly string Scripts = Path.Combine(Programs.Root, "tests", "interop");

    /// <summary>Skips the test where Mosquitto's clients are not installed.</summary>
    public static void RequireMosquitto() => Assert.SkipUnless(Tool.IsInstalled("mosquitto_pub"), "mosquitto_pub is not installed (package mosquitto-clients).");

    /// <summary>A Python that has Paho; skips the test where there is none.</summary>
    public static async Task<string> FindPahoAsync(CancellationToken cancellation)
    {
        // The package of the distribution belongs to the distribution's Python, which need not be the first of the path.
        foreach (var python in new[] { "python3", "/usr/bin/python3" })
        {
            if ((Tool.IsInstalled(python) || File.Exists(python)) && (await Tool.RunAsync(python, ["-c", "import paho.mqtt.client"], cancellation)).ExitCode == 0)
            {
                return python;
            }
        }

        Assert.Skip("Paho is not installed (package python3-paho-mqtt).");
        return "";
    }

    /// <summary>Installs MQTT.js if need be; skips the test where that cannot be.</summary>
    public static async Task RequireMqttJsAsync(CancellationToken cancellation)
    {
        Assert.SkipUnless(Tool.IsInstalled("npm"), "Node.js with npm is not installed.");
        if (!Directory.Exists(Path.Combine(Scripts, "node_modules", "mqtt")))
        {
            var installed = await Tool.RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", Scripts], cancellation);
            Assert.SkipUnless(installed.ExitCode == 0, $"MQTT.js could not be installed: {installed.Error}");
        }
    }
}
