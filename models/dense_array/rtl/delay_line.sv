// data, DEPTH cycles later. DEPTH = 0 is a wire.
// Ports   CLEAR = 1 empties it at reset: valid bits. Twin: none, a wait of the models.
module delay_line #(
    parameter integer WIDTH = 1,
    parameter integer DEPTH = 1,
    parameter integer CLEAR = 0
) (
    input  wire             clk,
    input  wire             reset,
    input  wire [WIDTH-1:0] data,
    output wire [WIDTH-1:0] delayed
);
  generate
    if (DEPTH == 0) begin : none
      assign delayed = data;
    end else begin : stages
      reg [WIDTH-1:0] first;
      always @(posedge clk) first <= CLEAR != 0 && reset ? {WIDTH{1'b0}} : data;
      delay_line #(.WIDTH(WIDTH), .DEPTH(DEPTH - 1), .CLEAR(CLEAR)) rest (.clk(clk), .reset(reset), .data(first), .delayed(delayed));
    end
  endgenerate
endmodule
