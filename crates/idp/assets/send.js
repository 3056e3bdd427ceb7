// Sends the response on its way as soon as the page stands. Without script the button does the same.
document.getElementById("send").submit();
