using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Registry;

[Collection(DemoServerCollection.Name)]
public sealed class ModelTests(DemoServer demo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_trained_on_the_command_line_is_put_in_force_in_the_running_server_and_taken_back()
    {
        using var client = await demo.ClientAsync("nurse.brandt", Cancellation);
        (await ActiveAsync(client)).ShouldBe("adult-default-1");

        var table = demo.File("rows.csv");
        await File.WriteAllLinesAsync(table, ["hr,spo2,odd", .. Enumerable.Range(0, 400).Select(i => $"{60 + (i % 30)},{94 + (i % 6)},{(i % 100 == 0 ? 1 : 0)}")], Cancellation);
        var trained = await demo.WardAsync(
            ["train", "anomaly", "--table", table, "--label", "odd", "--trees", "20", "--sample", "64", "--seed", "7", "--name", "ward-1-test", "--activate", "--json"], "", Cancellation);
        trained.ExitCode.ShouldBe(0, trained.Error);
        using (var result = JsonDocument.Parse(trained.Output))
        {
            result.RootElement.GetProperty("rows").GetInt64().ShouldBe(400);
            result.RootElement.GetProperty("rocAuc").GetDouble().ShouldBeInRange(0, 1);
        }

        await Poll.UntilAsync(async () => await ActiveAsync(client) == "ward-1-test", Poll.Patience, "the new model is in force", Cancellation);
        var model = (await client.JsonAsync("/api/models/anomaly", Cancellation)).GetProperty("items")[0];
        model.Text("name").ShouldBe("ward-1-test");
        model.Text("seed").ShouldBe("7");
        model.GetProperty("trees").GetInt32().ShouldBe(20);
        model.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()).ShouldBe(["hr", "spo2"]);

        var back = await demo.WardAsync(["train", "activate", "adult-default-1"], "", Cancellation);
        back.ExitCode.ShouldBe(0, back.Error);
        await Poll.UntilAsync(async () => await ActiveAsync(client) == "adult-default-1", Poll.Patience, "the default is in force again", Cancellation);

        var again = await demo.WardAsync(["train", "anomaly", "--table", table, "--label", "odd", "--name", "ward-1-test"], "", Cancellation);
        again.ExitCode.ShouldNotBe(0);
        again.Error.ShouldContain("already a model ward-1-test");
    }

    [Fact]
    public async Task A_model_of_something_else_is_kept_but_not_put_in_force()
    {
        var table = demo.File("other.csv");
        await File.WriteAllLinesAsync(table, ["length,width", "1,2", "2,3", "3,5"], Cancellation);
        var trained = await demo.WardAsync(["train", "anomaly", "--table", table, "--name", "leaves", "--activate"], "", Cancellation);
        trained.ExitCode.ShouldNotBe(0);
        trained.Error.ShouldContain("not vital signs");
        using var client = await demo.ClientAsync("nurse.brandt", Cancellation);
        (await ActiveAsync(client)).ShouldBe("adult-default-1");
    }

    [Theory]
    [InlineData("rows.txt", "hr\n1\n", "neither .csv nor .npz")]
    [InlineData("empty.csv", "", "empty")]
    [InlineData("words.csv", "hr\nmany\n", "not a number")]
    [InlineData("broken.npz", "PK?", "cannot be read")]
    [InlineData("single.csv", "hr\n70\n", "No forest can be grown")]
    public async Task A_table_that_cannot_be_used_says_why(string name, string content, string reason)
    {
        await File.WriteAllTextAsync(demo.File(name), content, Cancellation);
        var result = await demo.WardAsync(["train", "anomaly", "--table", demo.File(name)], "", Cancellation);
        result.ExitCode.ShouldNotBe(0);
        result.Error.ShouldContain(reason);
        result.Error.ShouldNotContain("   at ");
    }

    private static async Task<string?> ActiveAsync(HttpClient client)
    {
        var models = (await client.JsonAsync("/api/models/anomaly", Cancellation)).GetProperty("items").EnumerateArray();
        return models.Single(model => model.GetProperty("active").GetBoolean()).Text("name");
    }
}
