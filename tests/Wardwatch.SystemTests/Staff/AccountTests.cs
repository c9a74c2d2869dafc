using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Wardwatch.Server.Cli;
using Wardwatch.Server.Staff;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

[Collection(DemoServerCollection.Name)]
public sealed class AccountTests(DemoServer demo)
{
    private const string Password = "correct horse battery";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_made_on_the_command_line_works_in_the_running_server_and_ends_with_its_removal()
    {
        var added = await demo.WardAsync(["user", "add", "anna", "--name", "Anna Example", "--role", "nurse", "--password-stdin"], Password + "\n", Cancellation);
        added.ExitCode.ShouldBe(0, added.Error);
        added.Output.ShouldNotContain(Password);

        using var client = demo.Server.CreateClient();
        await SignInAsync(client, "anna", Password);
        (await client.JsonAsync("/api/auth/me", Cancellation)).Text("name").ShouldBe("Anna Example");

        var listed = await demo.WardAsync(["user", "list", "--json"], "", Cancellation);
        using (var rows = JsonDocument.Parse(listed.Output))
        {
            rows.RootElement.EnumerateArray().Select(row => row.Text("user")).ShouldContain("anna");
        }

        var removed = await demo.WardAsync(["user", "remove", "anna"], "", Cancellation);
        removed.ExitCode.ShouldBe(0, removed.Error);
        await BecomesUnauthorizedAsync(client);
    }

    [Fact]
    public async Task A_new_password_ends_the_sessions_under_the_old_one()
    {
        var added = await demo.WardAsync(["user", "add", "bert", "--role", "physician", "--json"], "", Cancellation);
        added.ExitCode.ShouldBe(0, added.Error);
        using var drawn = JsonDocument.Parse(added.Output);
        using var client = demo.Server.CreateClient();
        await SignInAsync(client, "bert", drawn.RootElement.Text("password"));

        var changed = await demo.WardAsync(["user", "password", "bert", "--password-stdin"], Password, Cancellation);
        changed.ExitCode.ShouldBe(0, changed.Error);
        await BecomesUnauthorizedAsync(client);
        client.DefaultRequestHeaders.Authorization = null;
        await SignInAsync(client, "bert", Password);
    }

    [Theory]
    [InlineData("user add admin --role nurse", "already taken")]
    [InlineData("user add with/slash --role nurse", "invalid")]
    [InlineData("user password nobody", "no account 'nobody'")]
    [InlineData("user remove nobody", "no account 'nobody'")]
    [InlineData("user second-factor reset nobody", "no account 'nobody'")]
    [InlineData("user list --hospital nowhere", "no hospital 'nowhere'")]
    [InlineData("device add M-101", "already a device 'M-101'")]
    [InlineData("device add M/101", "cannot be a device's id")]
    [InlineData("device key M-999", "no such device")]
    [InlineData("device revoke M-101 --key 9", "no such key")]
    [InlineData("device bind M-101 p-0002", "bound to a patient")]
    [InlineData("device bind M-101 p-9999", "no such patient")]
    [InlineData("device unbind M-101 p-0002", "does not wear")]
    [InlineData("train activate nothing", "no model nothing")]
    public async Task A_command_that_cannot_be_done_says_why_and_fails(string command, string reason)
    {
        var result = await demo.WardAsync(command.Split(' '), "", Cancellation);
        result.ExitCode.ShouldNotBe(0);
        result.Error.ShouldContain(reason, Case.Insensitive);
        result.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("nurse-falk-2026", "made from your own name")]
    [InlineData("Password1234!", "anybody would try")]
    public async Task A_weak_password_is_refused(string password, string reason)
    {
        var result = await demo.WardAsync(["user", "password", "nurse.falk", "--password-stdin"], password + "\n", Cancellation);
        result.ExitCode.ShouldNotBe(0);
        result.Error.ShouldContain(reason);
    }

    [Fact]
    public async Task An_account_is_given_its_wards_and_one_that_is_not_there_leaves_no_account()
    {
        var added = await demo.WardAsync(["user", "add", "dora", "--role", "charge-nurse", "--ward", "ward-1", "--ward", "ward-2", "--password-stdin"], Password + "\n", Cancellation);
        added.ExitCode.ShouldBe(0, added.Error);
        using var client = demo.Server.CreateClient();
        await SignInAsync(client, "dora", Password);
        var me = await client.JsonAsync("/api/auth/me", Cancellation);
        me.GetProperty("wards").EnumerateArray().Select(ward => ward.Text("id")).ShouldBe(["ward-1", "ward-2"]);

        var refused = await demo.WardAsync(["user", "add", "emil", "--role", "nurse", "--ward", "ward-99", "--password-stdin"], Password + "\n", Cancellation);
        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("no ward 'ward-99'");
        var listed = await demo.WardAsync(["user", "list", "--json"], "", Cancellation);
        listed.Output.ShouldNotContain("emil");
    }

    [Fact]
    public async Task No_account_can_be_a_devices()
    {
        var result = await demo.WardAsync(["user", "add", "box", "--role", "device", "--password-stdin"], Password + "\n", Cancellation);
        result.ExitCode.ShouldNotBe(0);
    }

    [Fact]
    public async Task A_short_password_is_refused()
    {
        var result = await demo.WardAsync(["user", "add", "carl", "--role", "nurse", "--password-stdin"], "short\n", Cancellation);
        result.ExitCode.ShouldNotBe(0);
        result.Error.ShouldContain("12");
    }

    [Fact]
    public async Task Every_mapped_column_is_in_the_migrated_database()
    {
        await using var services = AccountServices.Build(demo.Beside);
        await using var scope = services.CreateAsyncScope();
        var accounts = await scope.ServiceProvider.GetRequiredService<StaffDb>().Accounts.AsNoTracking().ToListAsync(Cancellation);
        var admin = accounts.Single(account => account.UserName == "admin");
        admin.NormalizedUserName.ShouldBe("ADMIN");
        admin.PasswordHash.ShouldNotBeNullOrEmpty();
        admin.CreatedAt.ShouldBeGreaterThan(DateTime.UnixEpoch);
    }

    private static async Task SignInAsync(HttpClient client, string user, string password)
    {
        using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user, password }, Cancellation);
        var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        client.DefaultRequestHeaders.Authorization = new("Bearer", body.Text("access_token"));
    }

    private static Task BecomesUnauthorizedAsync(HttpClient client) => Poll.UntilAsync(
        async () =>
        {
            using var answer = await client.GetAsync("/api/auth/me", Cancellation);
            return answer.StatusCode == HttpStatusCode.Unauthorized;
        },
        Poll.Patience, "the server knows that the session has ended", Cancellation);
}
