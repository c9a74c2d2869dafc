using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.People;
using Wardwatch.Server.Staff.Tokens;

namespace Wardwatch.Server.Staff;

/// <summary>Who is who: accounts, sign-in, tokens.</summary>
public static class StaffModule
{
    /// <summary>Adds accounts, sign-in and tokens.</summary>
    public static void AddStaff(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<StaffOptions>().BindConfiguration(StaffOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        DirectoryChanges.AddTo(services);
        AddAccounts(services);

        services.AddSingleton<SigningKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<StaffDirectory>();
        services.AddHostedService(provider => provider.GetRequiredService<StaffDirectory>());
        services.AddSingleton<IAccessChanges>(provider => provider.GetRequiredService<StaffDirectory>());
        services.AddSingleton<ISessionWatch, SessionWatch>();
        services.AddSingleton<PersonRegistry>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<SignInLimiter>();
        services.AddSingleton<DummyPassword>();
        services.AddScoped<SignIn>();

        // The framework tells of every request without a token; who was refused what is the audit's to say.
        builder.Logging.AddFilter(typeof(StaffAuthentication).FullName, LogLevel.Warning);
        services.AddAuthentication(StaffAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, StaffAuthentication>(StaffAuthentication.SchemeName, configureOptions: null);
    }

    /// <summary>Maps <c>/api/auth</c>.</summary>
    public static void MapStaff(IEndpointRouteBuilder routes)
    {
        AuthEndpoints.Map(routes);
        PersonEndpoints.Map(routes);
    }

    /// <summary>What the command line needs to look after accounts.</summary>
    internal static void AddAccounts(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddDbContext<StaffDb>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddIdentityCore<StaffAccount>(options =>
        {
            // Length is what counts (NIST SP 800-63B, section 3.1.1.2); rules about kinds of characters make passwords worse.
            options.Password.RequiredLength = 12;
            options.Password.RequireDigit = false;
            options.Password.RequireLowercase = false;
            options.Password.RequireUppercase = false;
            options.Password.RequireNonAlphanumeric = false;
        }).AddEntityFrameworkStores<StaffDb>();
        services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<StaffAccount>, PasswordHasher<StaffAccount>>());
        services.AddScoped<StaffAccounts>();
    }
}
