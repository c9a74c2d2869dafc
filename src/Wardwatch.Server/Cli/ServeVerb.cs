using System.CommandLine;
using Wardwatch.Server.Platform;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward serve</c>: the server, until it is told to stop.</summary>
internal static class ServeVerb
{
    public static Command Create()
    {
        var data = VerbOptions.Data();
        var http = VerbOptions.Http();
        var https = VerbOptions.Https("off");
        var mqtt = VerbOptions.Mqtt();
        var conformance = VerbOptions.Conformance();
        var roles = new Option<string>("--roles") { HelpName = "ROLES", Description = "What this process does.", DefaultValueFactory = _ => Roles.All };
        var command = new Command("serve", "Start the server and serve until SIGTERM or Ctrl-C.") { data, http, https, mqtt, conformance, roles };
        command.SetAction(async (arguments, cancellation) =>
        {
            var builder = PlatformModule.CreateBuilder(
            [
                .. VerbOptions.DataSettings(arguments.GetValue(data)),
                .. VerbOptions.HttpSettings(arguments.GetValue(http)),
                .. VerbOptions.HttpsSettings(arguments.GetValue(https)),
                .. VerbOptions.MqttSettings(arguments.GetValue(mqtt)),
                .. VerbOptions.ConformanceSettings(arguments.GetValue(conformance)),
            ]);
            await WardwatchServer.RunAsync(builder, arguments.GetValue(roles)!, (_, _) => Task.CompletedTask, (_, _) => Task.CompletedTask, cancellation);
            return CommandLine.Success;
        });
        return command;
    }
}
