# Drives R paws through every operation, as the environment points it; tells of each check in a line of JSON.
draft <- list(agentId = "AGENT12345", agentVersion = "DRAFT")
executor <- list(lambda = "arn:aws:lambda:us-east-1:111122223333:function:agents-book")
functions <- list(functions = list(list(name = "book", description = "Books a table.")))
agents <- paws::bedrockagent(config = list(endpoint = Sys.getenv("AWS_ENDPOINT_URL_BEDROCK_AGENT"), region = "us-east-1"))
made <- NULL

call <- function(operation, ...) do.call(agents[[operation]], c(draft, list(...)))
refusal <- function(expression) tryCatch({ expression; stop("the call succeeded") }, http_error = function(error) error)

checks <- list(
  "create" = function() {
    group <- call("create_agent_action_group",
      actionGroupName = "bookings", actionGroupExecutor = executor, functionSchema = functions)$agentActionGroup
    stopifnot(group$actionGroupName == "bookings")
    made <<- group$actionGroupId
  },
  "get" = function() {
    stopifnot(call("get_agent_action_group", actionGroupId = made)$agentActionGroup$actionGroupId == made)
  },
  "list" = function() {
    stopifnot(length(call("list_agent_action_groups")$actionGroupSummaries) == 1)
  },
  "update" = function() {
    group <- call("update_agent_action_group",
      actionGroupId = made, actionGroupName = "tables", actionGroupExecutor = executor)$agentActionGroup
    stopifnot(group$actionGroupName == "tables")
  },
  "prepare, and get the agent" = function() {
    stopifnot(agents$prepare_agent(agentId = "AGENT12345")$agentStatus == "PREPARING")
    while (agents$get_agent(agentId = "AGENT12345")$agent$agentStatus == "PREPARING") Sys.sleep(0.05)
  },
  "delete" = function() {
    call("delete_agent_action_group", actionGroupId = made, skipResourceInUseCheck = TRUE)
  },
  "a denial: shown" = function() {
    error <- refusal(call("create_agent_action_group", actionGroupName = "shell",
      actionGroupExecutor = list(lambda = "arn:aws:lambda:us-east-1:999922223333:function:anything")))
    stopifnot(grepl("lambda-arn-has-required-prefix", conditionMessage(error), fixed = TRUE))
  },
  "a validation error" = function() {
    error <- refusal(call("create_agent_action_group", actionGroupName = "no name"))
    stopifnot(grepl("/actionGroupName", conditionMessage(error), fixed = TRUE))
  }
)

for (name in names(checks)) {
  failure <- tryCatch({ checks[[name]](); NULL }, error = function(error) conditionMessage(error))
  line <- if (is.null(failure)) list(check = name) else list(check = name, failure = failure)
  cat(jsonlite::toJSON(line, auto_unbox = TRUE), "\n", sep = "")
}
