// Sends the choice back to the platform; without script its button does.
document.getElementById("choice").submit();
