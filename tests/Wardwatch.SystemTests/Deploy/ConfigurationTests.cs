using System.Diagnostics;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Deploy;

/// <summary>The files of deploy/ as the programs read them for which they are meant, with secrets that deploy/prepare really drew. Containers are not run here.</summary>
public sealed class ConfigurationTests : IAsyncLifetime
{
    private readonly string _folder = ServerProcess.NewFolder();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Secrets => Path.Combine(_folder, "secrets");

    public async ValueTask InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        var prepared = await PrepareAsync();
        prepared.ExitCode.ShouldBe(0, prepared.Error);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Secrets_are_drawn_once_and_only_their_reader_may_read_them()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "deploy/prepare gives files to other users, and so is root's");
        var files = Directory.GetFiles(Secrets).ToDictionary(file => file, file => File.ReadAllText(file));
        files.Count.ShouldBeGreaterThan(20);
        files.Keys.Where(file => (File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != UnixFileMode.None).Select(Path.GetFileName).ShouldBe(["authority.pem"]);
        Convert.FromBase64String(File.ReadAllText(Path.Combine(Secrets, "master.key")).Trim()).Length.ShouldBe(32);

        (await PrepareAsync()).ExitCode.ShouldBe(0);
        foreach (var (file, content) in files)
        {
            File.ReadAllText(file).ShouldBe(content, file);
        }
    }

    [Fact]
    public async Task Prometheus_takes_its_configuration_and_the_rules()
    {
        Assert.SkipUnless(Tool.IsInstalled("promtool"), "promtool is not installed");
        var configuration = Placed("prometheus/prometheus.yml", ("/etc/prometheus/alerts.yml", Path.Combine(Programs.Root, "deploy/prometheus/alerts.yml")), ("/run/secrets/metrics-token", Path.Combine(Programs.Root, "global.json")));
        var checkedOver = await Tool.RunAsync("promtool", ["check", "config", configuration], Cancellation);
        checkedOver.ExitCode.ShouldBe(0, checkedOver.Output + checkedOver.Error);
    }

    [Fact]
    public async Task Rules_tell_what_is_rare_the_first_time_and_what_is_short_not_at_all()
    {
        Assert.SkipUnless(Tool.IsInstalled("promtool"), "promtool is not installed");
        var tests = Placed("../tests/Wardwatch.SystemTests/Deploy/alerts-test.yml", ("RULES]", Path.Combine(Programs.Root, "deploy/prometheus/alerts.yml") + "]"));
        var tested = await Tool.RunAsync("promtool", ["test", "rules", tests], Cancellation);
        tested.ExitCode.ShouldBe(0, tested.Output + tested.Error);
    }

    [Fact]
    public async Task Nginx_takes_its_configuration()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/nginx"), "nginx is not installed");
        var configuration = Placed("nginx/nginx.conf", ("/tmp/", _folder + "/"), ("/run/secrets/", Secrets + "/"), ("server front:8080", "server 127.0.0.1:8080"));
        var tested = await Tool.RunAsync("/usr/sbin/nginx", ["-t", "-q", "-c", configuration], Cancellation);
        tested.ExitCode.ShouldBe(0, tested.Error);
    }

    [Fact]
    public async Task Mosquitto_lets_the_server_in_with_its_drawn_password_and_nobody_without()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/mosquitto") && Tool.IsInstalled("mosquitto_sub"), "mosquitto is not installed");
        var port = ServerProcess.FreePort();
        Directory.CreateDirectory(Path.Combine(_folder, "kept"));
        var configuration = Placed("mosquitto/mosquitto.conf", ("/run/secrets/", Secrets + "/"), ("/mosquitto/config/", Path.Combine(Programs.Root, "deploy/mosquitto/")),
            ("/mosquitto/data/", Path.Combine(_folder, "kept/")), ("listener 8884", $"listener {port} localhost"));

        // As root, since the secrets are root's here; in the container it is the user whom they were given to.
        await File.AppendAllTextAsync(configuration, "user root\n", Cancellation);
        using var broker = Process.Start(new ProcessStartInfo("/usr/sbin/mosquitto", ["-c", configuration]) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = broker.StandardError.ReadToEndAsync(Cancellation);
        try
        {
            var password = (await File.ReadAllTextAsync(Path.Combine(Secrets, "mosquitto-password"), Cancellation)).Trim();
            await Poll.UntilAsync(async () => (await ListenAsync(port, password)).ExitCode == 0, Poll.Patience, "the server's account may subscribe", Cancellation);
            (await ListenAsync(port, "another")).ExitCode.ShouldNotBe(0);
        }
        finally
        {
            broker.Kill();
            await broker.WaitForExitAsync(CancellationToken.None);
            await errors;
        }
    }

    [Fact]
    public async Task Compose_and_the_charts_own_files_are_YAML()
    {
        Assert.SkipUnless((await Tool.RunAsync("python3", ["-c", "import yaml"], Cancellation)).ExitCode == 0, "python3-yaml is not installed");
        foreach (var file in Directory.GetFiles(Path.Combine(Programs.Root, "deploy"), "*.y*ml", SearchOption.AllDirectories).Where(file => !file.Contains("/templates/", StringComparison.Ordinal)))
        {
            var read = await Tool.RunAsync("python3", ["-c", "import sys, yaml; list(yaml.safe_load_all(open(sys.argv[1])))", file], Cancellation);
            read.ExitCode.ShouldBe(0, file + "\n" + read.Error);
        }
    }

    // -E ends once the subscription is granted.
    private async Task<Tool.Result> ListenAsync(int port, string password)
    {
        var result = await Tool.RunAsync("mosquitto_sub", ["-h", "localhost", "-p", port.ToString(), "--cafile", Path.Combine(Secrets, "authority.pem"), "-u", "wardwatch", "-P", password, "-t", "hospital/#", "-W", "1", "-E"], Cancellation);
        return result;
    }

    private Task<Tool.Result> PrepareAsync() => Tool.RunAsync("env", ["WARDWATCH_SECRETS=" + Secrets, Path.Combine(Programs.Root, "deploy", "prepare"), "ward.example", "10.1.2.3"], Cancellation);

    private string Placed(string file, params (string From, string To)[] places)
    {
        var text = File.ReadAllText(Path.Combine(Programs.Root, "deploy", file));
        foreach (var (from, to) in places)
        {
            text.ShouldContain(from, Case.Sensitive);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        var path = Path.Combine(_folder, Path.GetFileName(file));
        File.WriteAllText(path, text);
        return path;
    }
}
