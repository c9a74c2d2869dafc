using Shouldly;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Web;

/// <summary>The page of the interface in a real browser, under a policy that allows nothing inline but one style by its hash.</summary>
public sealed class ApiPageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_of_the_interface_shows_every_operation_and_breaks_no_rule()
    {
        Assert.SkipUnless(Tool.IsInstalled("chromium"), "chromium is not installed");
        await using var server = await ServerProcess.StartNewAsync(Cancellation);
        var profile = Directory.CreateTempSubdirectory("wardwatch-browser-");
        try
        {
            // A tall window: the page makes only what is in sight of it.
            var browser = await Tool.RunAsync(
                "chromium",
                [
                    "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", $"--user-data-dir={profile.FullName}", "--window-size=1600,60000", "--virtual-time-budget=30000", "--dump-dom",
                    $"{server.BaseAddress}api-docs/index.html",
                ],
                Cancellation);
            browser.ExitCode.ShouldBe(0, browser.Error);
            browser.Output.ShouldContain("Destroy a patient's key for good");
            browser.Error.ShouldNotContain("Content Security Policy");
            browser.Error.Split('\n').ShouldNotContain(line => line.Contains(":CONSOLE", StringComparison.Ordinal) && line.Contains("rror", StringComparison.Ordinal));
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }
}
