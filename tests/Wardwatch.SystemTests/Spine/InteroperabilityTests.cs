using System.Security.Cryptography.X509Certificates;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Certificates;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>Other people's MQTT clients: mosquitto_pub, Paho, MQTT.js. When one of them says that a message is published, the row is there.</summary>
[Collection(SpineCollection.Name)]
public sealed class InteroperabilityTests(SpineWard spine)
{
    private readonly DemoWard _ward = spine.Ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Mosquitto_publishes_and_the_row_is_there_when_it_ends(string version)
    {
        ThirdPartyClients.RequireMosquitto();
        var device = _ward.TakeDevice();
        var message = device.Seal(Now, "\"hr\":91");
        (await MosquittoAsync(device, message, "-V", version, "-q", "1")).ExitCode.ShouldBe(0);
        (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);

        var unpromised = device.Seal(Now, "\"hr\":92");
        (await MosquittoAsync(device, unpromised, "-V", version, "-q", "0")).ExitCode.ShouldBe(0);
        await Poll.UntilAsync(async () => await _ward.RowsAsync(device, unpromised, Cancellation) == 1, Poll.Patience, "the reading of QoS 0 is stored", Cancellation);
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Mosquitto_learns_that_it_may_not(string version)
    {
        ThirdPartyClients.RequireMosquitto();
        var device = _ward.TakeDevice();
        var other = _ward.TakeDevice();
        var message = device.Seal(Now, "\"hr\":93");

        var wrongPassword = await Tool.RunAsync(
            "mosquitto_pub", [.. Tool.MosquittoArguments(_ward.Server, device.Id, "not the token"), "-V", version, "-q", "1", "-t", device.Topic, "-m", "x"], Cancellation);
        wrongPassword.ExitCode.ShouldNotBe(0);
        wrongPassword.Error.ShouldContain("onnection");

        var foreign = await MosquittoAsync(device, message with { Topic = other.Topic }, "-V", version, "-q", "1");
        (foreign.Error + foreign.ExitCode).ShouldNotBe("0");
        (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(0);

        if (version == "mqttv5")
        {
            foreign.Error.ShouldContain("Not authorized");

            // It knows from CONNACK that QoS 2 is not to be had and sends nothing, without a word.
            await MosquittoAsync(device, message, "-V", version, "-q", "2");
            (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task Mosquitto_with_the_devices_certificate_needs_no_token_and_with_anothers_it_does()
    {
        ThirdPartyClients.RequireMosquitto();
        var device = _ward.TakeDevice();
        var other = _ward.TakeDevice();
        using var certificates = ServerCertificates.Open(DataFolder.Open(_ward.Server.Data), new PlatformOptions { DataFolder = _ward.Server.Data }, TimeProvider.System);
        using var own = certificates.IssueForDevice(device.Id, TimeSpan.FromDays(1));
        using var anothers = certificates.IssueForDevice(other.Id, TimeSpan.FromDays(1));
        using var strangers = CertificateAuthority.IssueForDevice(CertificateAuthority.CreateAuthority(Now, TimeSpan.FromDays(2)), device.Id, Now, TimeSpan.FromDays(1));

        var message = device.Seal(Now, "\"hr\":94");
        (await WithCertificateAsync(device, message, own)).ExitCode.ShouldBe(0);
        (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);

        var refused = device.Seal(Now, "\"hr\":95");
        (await WithCertificateAsync(device, refused, anothers)).ExitCode.ShouldNotBe(0);
        (await WithCertificateAsync(device, refused, strangers)).ExitCode.ShouldNotBe(0);
        (await _ward.RowsAsync(device, refused, Cancellation)).ShouldBe(0);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Paho_publishes_and_the_row_is_there_when_it_says_so(int version)
    {
        var python = await ThirdPartyClients.FindPahoAsync(Cancellation);
        await ShouldPublishAsync((device, token, message) => ScriptAsync(python, "publish.py", version, device, token, message), $"connect refused {(version == 4 ? 4 : 134)}");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task MQTT_js_publishes_and_the_row_is_there_when_it_says_so(int version)
    {
        await ThirdPartyClients.RequireMqttJsAsync(Cancellation);
        await ShouldPublishAsync((device, token, message) => ScriptAsync("node", "publish.mjs", version, device, token, message), $"connect refused {(version == 4 ? 4 : 134)}");
    }

    [Fact]
    public async Task MQTT_js_is_told_the_reason_of_a_refusal()
    {
        await ThirdPartyClients.RequireMqttJsAsync(Cancellation);
        var device = _ward.TakeDevice();
        var tampered = device.Seal(Now, "\"hr\":96");
        tampered.Envelope[^1] ^= 1;
        (await ScriptAsync("node", "publish.mjs", 5, device, device.Token, tampered)).Output.ShouldContain($"refused {(int)MqttReason.NotAuthorized}");
        (await _ward.DeadLettersAsync(device, "wrong-tag", Cancellation)).ShouldBe(1);
    }

    private async Task ShouldPublishAsync(Func<BedsideDevice, string, SealedMessage, Task<Tool.Result>> publish, string refusal)
    {
        var device = _ward.TakeDevice();
        var message = device.Seal(Now, "\"hr\":97,\"spo2\":96");
        var published = await publish(device, device.Token, message);
        published.Output.Trim().ShouldBe("success", published.Error);
        (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);
        (await publish(device, "not the token", message)).Output.Trim().ShouldBe(refusal);
    }

    private async Task<Tool.Result> MosquittoAsync(BedsideDevice device, SealedMessage message, params string[] arguments) =>
        await WithFileAsync(message, file => Tool.RunAsync(
            "mosquitto_pub", [.. Tool.MosquittoArguments(_ward.Server, device.Id, device.Token), .. arguments, "-t", message.Topic, "-f", file], Cancellation));

    private async Task<Tool.Result> WithCertificateAsync(BedsideDevice device, SealedMessage message, X509Certificate2 certificate)
    {
        var folder = Directory.CreateTempSubdirectory("wardwatch-certificate-").FullName;
        try
        {
            var (pem, key) = (Path.Combine(folder, "device.pem"), Path.Combine(folder, "device.key"));
            await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem(), Cancellation);
            await File.WriteAllTextAsync(key, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), Cancellation);
            string[] arguments =
            [
                "-h", "localhost", "-p", _ward.Server.MqttPort.ToString(), "--cafile", Path.Combine(_ward.Server.Data, "ca.pem"), "-i", device.Id,
                "--cert", pem, "--key", key, "-V", "mqttv5", "-q", "1", "-t", message.Topic,
            ];
            return await WithFileAsync(message, file => Tool.RunAsync("mosquitto_pub", [.. arguments, "-f", file], Cancellation));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private Task<Tool.Result> ScriptAsync(string program, string script, int version, BedsideDevice device, string token, SealedMessage message) =>
        WithFileAsync(message, file => Tool.RunAsync(
            program,
            [
                Path.Combine(ThirdPartyClients.Scripts, script), version.ToString(), _ward.Server.MqttPort.ToString(), Path.Combine(_ward.Server.Data, "ca.pem"), device.Id, token,
                message.Topic, file,
            ],
            Cancellation));

    private static async Task<Tool.Result> WithFileAsync(SealedMessage message, Func<string, Task<Tool.Result>> run)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, message.Envelope, Cancellation);
            return await run(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
